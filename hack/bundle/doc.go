// Command bundle writes the operator's OLM bundle, its Dockerfile and the configuration of its scorecard, from what the
// repository already says: the manifests of config/olm on standard input (kustomize has built them), the CRD, the webhook
// configurations, the samples, and the words in config/olm. Nothing in bundle/ is written by hand; hack/bundle.sh runs it.
//
// The types are those of operator-framework/api, whose validators judge the result in this package's tests.
package main
