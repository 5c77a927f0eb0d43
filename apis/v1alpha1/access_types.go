package v1alpha1

// AuthSpec says how people and programs prove who they are, beside Keycloak (spec.extensions.rbac).
type AuthSpec struct {
	// htpasswd lets users of a password file sign in.
	// +optional
	HTPasswd *HTPasswdSpec `json:"htpasswd,omitempty"`
}

// HTPasswdSpec is a file of users and hashed passwords, as htpasswd makes it.
type HTPasswdSpec struct {
	// secretName is the name of the Secret that holds the file, under htpasswd, auth or users. zot takes bcrypt, SHA-256 and
	// SHA-512 hashes (htpasswd -B, -2, -5). A change takes effect without a restart.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	SecretName string `json:"secretName,omitempty"`
}

// AccessControlSpec says who may do what. Without it everybody who can sign in may do everything, and nobody else anything; if
// nobody can sign in, everybody may do everything.
type AccessControlSpec struct {
	// repositories are the rules by repository. The rule with the longest pattern that fits a repository holds, alone.
	// +optional
	// +listType=map
	// +listMapKey=pattern
	// +kubebuilder:validation:MaxItems=256
	Repositories []RepositoryAccess `json:"repositories,omitempty"`

	// adminPolicy names those who may do its actions with every repository, whatever the rules say.
	// +optional
	AdminPolicy *AccessPolicy `json:"adminPolicy,omitempty"`

	// groups are groups of users that you make here, beside those that Keycloak tells.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=128
	Groups []AccessGroup `json:"groups,omitempty"`

	// metrics says who may read the figures of spec.extensions.metrics. Default: everybody who reaches the registry.
	// +optional
	Metrics *MetricsAccess `json:"metrics,omitempty"`
}

// RepositoryAccess is the rule for the repositories that fit a pattern.
type RepositoryAccess struct {
	// pattern of repository names: ** fits every name, team-a/** all below team-a, team-a/* one level. Lower case.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Pattern string `json:"pattern,omitempty"`

	// policies say what certain users and groups may do. Those that name the same user add up.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	Policies []AccessPolicy `json:"policies,omitempty"`

	// defaultPolicy is what everybody may do who is signed in, beside what policies give: read, create, update, delete.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=4
	DefaultPolicy []AccessAction `json:"defaultPolicy,omitempty"`

	// anonymousPolicy is what everybody may do without signing in: read, create, update, delete. Without it: nothing.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=4
	AnonymousPolicy []AccessAction `json:"anonymousPolicy,omitempty"`
}

// AccessPolicy gives actions to users and groups.
type AccessPolicy struct {
	// users are names as people sign in with them.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=256
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=256
	Users []string `json:"users,omitempty"`

	// groups are names of groups: of spec.accessControl.groups, or as Keycloak tells them.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=256
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=256
	Groups []string `json:"groups,omitempty"`

	// actions are what they may do: read, create, update, delete. update is to push a tag that exists.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=4
	Actions []AccessAction `json:"actions,omitempty"`
}

// AccessGroup is a group of users.
type AccessGroup struct {
	// name of the group, in lower case.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Name string `json:"name,omitempty"`

	// users are its members.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=1024
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=256
	Users []string `json:"users,omitempty"`
}

// MetricsAccess says who may read the figures.
type MetricsAccess struct {
	// users who may read them, once signed in.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=256
	Users []string `json:"users,omitempty"`

	// anonymousPolicy is [read] if everybody may read them without signing in.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=1
	AnonymousPolicy []MetricsAction `json:"anonymousPolicy,omitempty"`
}

// AccessAction is something that can be done with a repository.
//
// +kubebuilder:validation:Enum=read;create;update;delete
type AccessAction string

// MetricsAction is something that can be done with figures.
//
// +kubebuilder:validation:Enum=read
type MetricsAction string
