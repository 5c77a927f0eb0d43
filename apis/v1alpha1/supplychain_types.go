package v1alpha1

// SupplyChainSpec is about signatures and software bills of materials.
type SupplyChainSpec struct {
	// enabled turns the extension on. Default, when the block is there: true.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// signing says which signatures the registry checks and shows. It shows trust; it refuses no image.
	// +optional
	Signing *SigningSpec `json:"signing,omitempty"`

	// sbom says which software bills of materials are made.
	// +optional
	SBOM *SBOMSpec `json:"sbom,omitempty"`
}

// SigningProvider is a kind of signature.
//
// +kubebuilder:validation:Enum=cosign;notary;notation
type SigningProvider string

const (
	// SigningCosign is sigstore's cosign.
	SigningCosign SigningProvider = "cosign"
	// SigningNotary is the Notary Project's notation.
	SigningNotary SigningProvider = "notary"
	// SigningNotation is another name of SigningNotary.
	SigningNotation SigningProvider = "notation"
)

// SigningSpec says which signatures are checked.
type SigningSpec struct {
	// providers are the kinds of signatures: cosign and notary (which is the Notary Project's notation). Default: those of the blocks
	// below that are there, and cosign if none is.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=2
	Providers []SigningProvider `json:"providers,omitempty"`

	// cosign says whose signatures of cosign you trust.
	// +optional
	Cosign *CosignSpec `json:"cosign,omitempty"`

	// notation says whose signatures of notation you trust.
	// +optional
	Notation *NotationSpec `json:"notation,omitempty"`
}

// CosignSpec says whose signatures of cosign are trusted. A change takes effect without a restart, unless another Secret or ConfigMap is
// named.
type CosignSpec struct {
	// publicKeys are those of the people that you trust.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	PublicKeys []CosignKey `json:"publicKeys,omitempty"` //nolint:kubeapilinter // One of two fields is there, as a rule says.
}

// CosignKey is a public key in PEM form, as cosign writes it. Exactly one of the two names is set.
//
// +kubebuilder:validation:XValidation:rule="has(self.secretName) != has(self.configMapName)",message="a public key is taken from one place, not from none and not from two: set either secretName or configMapName"
type CosignKey struct {
	// secretName is the name of a Secret that holds the key under cosign.pub.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	SecretName string `json:"secretName,omitempty"`

	// configMapName is the name of a ConfigMap that holds it.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	ConfigMapName string `json:"configMapName,omitempty"`

	// key is the one under which it is, if that is another one. Default: cosign.pub, or the only one that there is.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Key string `json:"key,omitempty"`
}

// NotationSpec says whose signatures of notation are trusted. A change takes effect without a restart, unless another Secret or ConfigMap
// is named.
type NotationSpec struct {
	// trustStores are the certificates of the authorities that you trust.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	TrustStores []TrustStore `json:"trustStores,omitempty"` //nolint:kubeapilinter // One of two fields is there, as a rule says.
}

// TrustStoreType is what an authority answers for.
//
// +kubebuilder:validation:Enum=ca;signingAuthority;tsa
type TrustStoreType string

const (
	// TrustStoreCA answers for the certificates of people.
	TrustStoreCA TrustStoreType = "ca"
	// TrustStoreSigningAuthority answers for a service that signs in people's name.
	TrustStoreSigningAuthority TrustStoreType = "signingAuthority"
	// TrustStoreTSA answers for the time of a signature.
	TrustStoreTSA TrustStoreType = "tsa"
)

// TrustStore are certificates of authorities in PEM form. Exactly one of the two names is set.
//
// +kubebuilder:validation:XValidation:rule="has(self.secretName) != has(self.configMapName)",message="certificates are taken from one place, not from none and not from two: set either secretName or configMapName"
type TrustStore struct {
	// type is what the authorities answer for: ca (the certificates of people), signingAuthority (a service that signs) or tsa (the time of
	// a signature). Default: ca.
	// +optional
	Type TrustStoreType `json:"type,omitempty"`

	// secretName is the name of a Secret that holds the certificates under ca.crt or tls.crt.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	SecretName string `json:"secretName,omitempty"`

	// configMapName is the name of a ConfigMap that holds them.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	ConfigMapName string `json:"configMapName,omitempty"`

	// key is the one under which they are, if that is another one. Default: one of these, or the only one that there is.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Key string `json:"key,omitempty"`
}

// SBOMFormat is a format of a software bill of materials.
//
// +kubebuilder:validation:Enum=spdx;cyclonedx
type SBOMFormat string

// SBOMSpec says which software bills of materials are made.
type SBOMSpec struct {
	// formats of the bills: spdx and cyclonedx. zot makes the first one of the list; the other is accepted when somebody
	// pushes it beside an image. Default: spdx.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=2
	Formats []SBOMFormat `json:"formats,omitempty"`
}
