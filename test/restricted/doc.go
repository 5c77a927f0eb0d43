// Package restricted judges pods by the rules of OpenShift's SecurityContextConstraints restricted-v2, which everybody may use, and by no
// other. It is a reading of these rules, made for tests without an OpenShift, not OpenShift's own admission: a pod that passes here names
// nothing that restricted-v2 refuses, but what OpenShift assigns to it (a user, a group, a label of SELinux) is not assigned here.
package restricted
