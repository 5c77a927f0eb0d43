// Package v1alpha1 holds the admission webhooks of artifacts.zot.io/v1alpha1.
//
// They are adapters: what is filled in stands in package defaults, what is refused in package validation, which the controllers ask
// as well. A deletion is never held up.
package v1alpha1
