package v1alpha1

// AccessControlSpec says who may do what.
type AccessControlSpec struct {
	// repositories are the rules by repository. The rule with the longest pattern that fits a repository holds, alone.
	// +optional
	// +listType=map
	// +listMapKey=pattern
	// +kubebuilder:validation:MaxItems=256
	Repositories []RepositoryAccess `json:"repositories,omitempty"`
}

// RepositoryAccess is the rule for the repositories that fit a pattern.
type RepositoryAccess struct {
	// pattern of repository names: ** fits every name, team-a/** all below team-a, team-a/* one level. Lower case.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Pattern string `json:"pattern,omitempty"`

	// anonymousPolicy is what everybody may do without signing in: read, create, update, delete. Without it: nothing.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=4
	AnonymousPolicy []AccessAction `json:"anonymousPolicy,omitempty"`
}

// AccessAction is something that can be done with a repository.
//
// +kubebuilder:validation:Enum=read;create;update;delete
type AccessAction string
