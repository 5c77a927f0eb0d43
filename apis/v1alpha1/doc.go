// Package v1alpha1 is the API of the Zot Artifact Store Operator: the types of group artifacts.zot.io, version v1alpha1.
//
// It holds types, condition types and reasons, and nothing else; it imports no other package of this module. The comments of
// the fields are what a person reads in `kubectl explain` and beside the fields of the console's form, so they are written for
// that person. The API only grows: a field, a bound or a list type that was released is not removed or tightened.
//
// Sizes that people set in the console are strings alone in the schema: its form has no field for what may be a string or a number
// (anyOf), as Kubernetes' own schema of a quantity says.
//
// +kubebuilder:object:generate=true
// +kubebuilder:ac:generate=true
// +groupName=artifacts.zot.io
package v1alpha1
