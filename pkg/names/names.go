// Package names gives every object of a store its name.
//
// The functions are total: a store's name has at most 40 characters (admission sees to it), so no result is ever cut. Service,
// StatefulSet and PodDisruptionBudget are called like the store itself, as the user's commands expect it.
package names

import "strconv"

// MaxStore is the longest name of a store. The longest name made from it, a config map's, then has 56 of 63 characters.
const MaxStore = 40

// Workload is the name of the StatefulSet and of its PodDisruptionBudget.
func Workload(store string) string { return store }

// Service is the name of the Service, fixed by `kubectl port-forward svc/<store>` in the user's document.
func Service(store string) string { return store }

// Host is the name under which the Service is reached inside of the cluster.
func Host(namespace, store string) string { return Service(store) + "." + namespace + ".svc" }

// Route is the name of the OpenShift Route.
func Route(store string) string { return store }

// Members is the governing Service of the StatefulSet, which it must name, and which is not made: nothing needs the names that it would
// give to pods. Those of a store of several have Services of their own, see Member.
func Members(store string) string { return store + "-members" }

// Member is the Service of the one pod with that ordinal, by which the others of the store reach it. It has an address whether the
// pod is there or not: zot does not start if it cannot resolve the name of a member.
func Member(store string, ordinal int) string { return store + "-member-" + strconv.Itoa(ordinal) }

// MemberHost is the name under which a pod of the store is reached by the others.
func MemberHost(namespace, store string, ordinal int) string {
	return Member(store, ordinal) + "." + namespace + ".svc"
}

// Pod is the name of the pod with that ordinal.
func Pod(store string, ordinal int) string { return Workload(store) + "-" + strconv.Itoa(ordinal) }

// Claim is the name of the PersistentVolumeClaim.
func Claim(store string) string { return store + "-data" }

// ServiceAccount is the name of the pods' ServiceAccount. It is not the store's own name: a store may be called "default".
func ServiceAccount(store string) string { return store + "-zot" }

// BootConfig is the name of the immutable config map of that hash.
func BootConfig(store, hash string) string { return store + "-boot-" + hash }

// LiveConfig is the name of the config map of the live settings that go with the boot config map of that hash.
func LiveConfig(store, hash string) string { return store + "-live-" + hash }

// SessionKeys is the Secret with the keys of session cookies, which the operator makes once.
func SessionKeys(store string) string { return store + "-session-keys" }

// S3 is the name of the S3 gateway's Deployment, Service, ServiceAccount and NetworkPolicy.
func S3(store string) string { return store + "-s3" }

// S3Host is the name under which the S3 gateway is reached inside of the cluster.
func S3Host(namespace, store string) string { return S3(store) + "." + namespace + ".svc" }

// S3Claim is the name of the PersistentVolumeClaim with the S3 gateway's objects.
func S3Claim(store string) string { return store + "-s3-data" }

// S3RootKeys is the Secret with the keys that may do everything with the S3 gateway, which the operator makes once.
func S3RootKeys(store string) string { return store + "-s3-root" }

// S3ServingCertificate is the Secret in which OpenShift's service CA keeps the S3 gateway's certificate.
func S3ServingCertificate(store string) string { return store + "-s3-serving-cert" }

// Certificate is the name of cert-manager's Certificate, and of the Secret in which it is kept.
func Certificate(store string) string { return store + "-tls" }

// ServingCertificate is the Secret in which OpenShift's service CA keeps a certificate. Its controller takes over no Secret that it has
// not made, so that it is another one.
func ServingCertificate(store string) string { return store + "-serving-cert" }

// Ingress is the name of the Ingress.
func Ingress(store string) string { return store }

// HTTPRoute is the name of the HTTPRoute.
func HTTPRoute(store string) string { return store }

// BackendTLSPolicy is the name of the BackendTLSPolicy.
func BackendTLSPolicy(store string) string { return store }

// ServiceMonitor is the name of the ServiceMonitor.
func ServiceMonitor(store string) string { return store }

// NetworkPolicy is the name of the NetworkPolicy.
func NetworkPolicy(store string) string { return store }

// Metadata is what the names of a store's tables and keys in a shared database begin with. No other store of the cluster has it, as
// names of namespaces and stores hold no dot. It must never change: zot would not find what it has kept under another one.
func Metadata(namespace, store string) string { return namespace + "." + store }
