package validation

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

var supplyChainRules = []Rule{
	{"signing-providers", signingProviders},
	{"signing-keys", signingKeys},
	{"signing-key-sources", signingKeySources},
	{"signing-keys-provider", signingKeysProvider},
	{"signing-dynamodb", signingDynamoDB},
	{"trust-store-type", trustStoreType},
	{"sbom-formats", sbomFormats},
	{"sbom-storage", sbomStorage},
	{"sbom-cve", sbomCVE},
}

const maxTrusted = 32

var (
	signingPath     = extensionsPath.Child("supplychain", "signing")
	publicKeysPath  = signingPath.Child("cosign", "publicKeys")
	trustStoresPath = signingPath.Child("notation", "trustStores")
)

func (in Input) signing() v1alpha1.SigningSpec { return value(in.supplyChain().Signing) }

func signingProviders(in Input) field.ErrorList {
	at, providers := extensionsPath.Child("supplychain", "signing", "providers"), value(in.supplyChain().Signing).Providers
	errs := notEmpty(at, providers, string(v1alpha1.SigningCosign))
	errs = append(errs, setOf(at, providers, v1alpha1.SigningCosign, v1alpha1.SigningNotary, v1alpha1.SigningNotation)...)
	notary, notation := slices.Index(providers, v1alpha1.SigningNotary), slices.Index(providers, v1alpha1.SigningNotation)
	if notary >= 0 && notation >= 0 {
		errs = append(errs, field.Invalid(at.Index(max(notary, notation)), providers[max(notary, notation)], "notary and notation"+
			" are two names of the same kind of signature: leave one of them out"))
	}
	return errs
}

func sbomFormats(in Input) field.ErrorList {
	at, formats := extensionsPath.Child("supplychain", "sbom", "formats"), value(in.supplyChain().SBOM).Formats
	return append(notEmpty(at, formats, "spdx"), setOf(at, formats, "spdx", "cyclonedx")...)
}

func sbomStorage(in Input) field.ErrorList {
	kind := effectiveStorage(in.New).Type
	if !defaults.SBOMOn(*in.spec()) || kind == v1alpha1.StorageFilesystem {
		return nil
	}
	at := extensionsPath.Child("supplychain", "sbom")
	return field.ErrorList{field.Forbidden(at, fmt.Sprintf("spec.extensions.supplychain.sbom cannot be"+
		" used with spec.storage.type %s: zot makes bills of materials only from images on a volume and does not start otherwise;"+
		" remove sbom, or use a store with type filesystem", kind))}
}

// sbomCVE: bills are made by the look for vulnerabilities.
func sbomCVE(in Input) field.ErrorList {
	search := in.extensions().Search
	if !defaults.SBOMOn(*in.spec()) || search == nil {
		return nil
	}
	const why = "spec.extensions.supplychain.sbom is on, and bills are made by the look for vulnerabilities: leave this out, or remove sbom"
	if !defaults.Enabled(search.Enabled) {
		return field.ErrorList{field.Invalid(searchPath.Child("enabled"), false, why)}
	}
	if search.CVE != nil && !defaults.Enabled(search.CVE.Enabled) {
		return field.ErrorList{field.Invalid(cvePath.Child("enabled"), false, why)}
	}
	return nil
}

func signingKeys(in Input) field.ErrorList {
	var errs field.ErrorList
	signing := in.signing()
	if signing.Cosign != nil {
		if len(signing.Cosign.PublicKeys) == 0 {
			errs = append(errs, field.Required(publicKeysPath, "without a key no signature of cosign is trusted: name a Secret or"+
				" ConfigMap of this namespace that holds one, or leave spec.extensions.supplychain.signing.cosign out"))
		}
		errs = append(errs, atMost(publicKeysPath, len(signing.Cosign.PublicKeys), maxTrusted)...)
	}
	if signing.Notation != nil {
		if len(signing.Notation.TrustStores) == 0 {
			errs = append(errs, field.Required(trustStoresPath, "without an authority no signature of notation is trusted: name a Secret"+
				" or ConfigMap of this namespace with its certificate, or leave spec.extensions.supplychain.signing.notation out"))
		}
		errs = append(errs, atMost(trustStoresPath, len(signing.Notation.TrustStores), maxTrusted)...)
	}
	return errs
}

func signingKeySources(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, key := range value(in.signing().Cosign).PublicKeys {
		at := publicKeysPath.Index(i)
		if (key.SecretName == "") == (key.ConfigMapName == "") {
			errs = append(errs, field.Invalid(at, key.SecretName+key.ConfigMapName, "a public key is taken from one place, not from none"+
				" and not from two: set either secretName or configMapName"))
		}
		errs = append(errs, trustedFrom(at, key.SecretName, key.ConfigMapName, key.Key)...)
	}
	for i, store := range value(in.signing().Notation).TrustStores {
		at := trustStoresPath.Index(i)
		if (store.SecretName == "") == (store.ConfigMapName == "") {
			errs = append(errs, field.Invalid(at, store.SecretName+store.ConfigMapName, "certificates are taken from one place, not from"+
				" none and not from two: set either secretName or configMapName"))
		}
		errs = append(errs, trustedFrom(at, store.SecretName, store.ConfigMapName, store.Key)...)
	}
	return errs
}

func trustedFrom(at *field.Path, secret, configMap, key string) field.ErrorList {
	errs := secretName(at.Child("secretName"), secret)
	errs = append(errs, objectName(at.Child("configMapName"), configMap, "a ConfigMap", ", not its content")...)
	if key != "" && len(validation.IsConfigMapKey(key)) > 0 {
		errs = append(errs, field.Invalid(at.Child("key"), key, "no Secret and no ConfigMap has a key of this form: write letters, digits,"+
			" '-', '_' and '.', for example cosign.pub, or leave it out"))
	}
	return errs
}

func signingKeysProvider(in Input) field.ErrorList {
	var errs field.ErrorList
	signing := in.signing()
	if len(signing.Providers) == 0 {
		return nil
	}
	const why = "nothing is checked against these, as spec.extensions.supplychain.signing.providers does not name %s: add it there, or" +
		" leave this out; providers may be left out as well"
	if signing.Cosign != nil && !slices.Contains(signing.Providers, v1alpha1.SigningCosign) {
		errs = append(errs, field.Forbidden(signingPath.Child("cosign"), fmt.Sprintf(why, "cosign")))
	}
	if signing.Notation != nil && !slices.Contains(signing.Providers, v1alpha1.SigningNotary) &&
		!slices.Contains(signing.Providers, v1alpha1.SigningNotation) {
		errs = append(errs, field.Forbidden(signingPath.Child("notation"), fmt.Sprintf(why, "notary")))
	}
	return errs
}

// signingDynamoDB: zot makes a secret at its start then, by the address that it has for the tables
// (pkg/extensions/imagetrust/image_trust.go, GetSecretsManagerClient, v2.1.20).
func signingDynamoDB(in Input) field.ErrorList {
	if !defaults.SigningOn(*in.spec()) || value(effectiveStorage(in.New).Cache).DynamoDB == nil {
		return nil
	}
	return field.ErrorList{field.Forbidden(signingPath, "spec.extensions.supplychain.signing cannot be used with"+
		" spec.storage.cache.type dynamodb: zot keeps what it trusts in AWS Secrets Manager then, asks DynamoDB's address for that, and"+
		" does not start; use redis, or remove signing")}
}

func trustStoreType(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, store := range value(in.signing().Notation).TrustStores {
		errs = append(errs, oneOf(trustStoresPath.Index(i).Child("type"), store.Type,
			v1alpha1.TrustStoreCA, v1alpha1.TrustStoreSigningAuthority, v1alpha1.TrustStoreTSA)...)
	}
	return errs
}
