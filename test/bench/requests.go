package main

import (
	"slices"

	"github.com/zot-artifact-store/operator/test/e2e/audit"
)

// requests of the operator.
type requests []audit.Request

func (r requests) that(hold func(audit.Request) bool) requests {
	return slices.DeleteFunc(slices.Clone(r), func(one audit.Request) bool { return !hold(one) })
}

// leading is true for what leaders do to become and stay leaders: their lease and its events, in the operator's own namespace.
func leading(r audit.Request) bool { return r.Namespace == operatorNamespace }

// holding is true for what takes or keeps the lead.
func holding(r audit.Request) bool { return r.Lease() && r.Write() && r.Code < 300 }

// caching is true for what fills and keeps caches, and for what finds out which APIs there are.
func caching(r audit.Request) bool {
	return !leading(r) && (r.Verb == "list" || r.Verb == "watch" || r.Resource == "")
}

// acting is true for a read of one object and for a write: what neither the lead nor a cache explains.
func acting(r audit.Request) bool { return !leading(r) && !caching(r) }

// writing is true for a change other than to the lease.
func writing(r audit.Request) bool { return acting(r) && r.Write() }

// creating is true for what has made an object of a store.
func creating(r audit.Request) bool { return acting(r) && r.Code == 201 && r.Resource != "events" }

// refused is true where the operator's role lacks a permission.
func refused(r audit.Request) bool { return r.Code == 401 || r.Code == 403 }

// verbs counts by verb.
func (r requests) verbs() map[string]int {
	return r.count(func(one audit.Request) string { return one.Verb })
}

// kinds counts by verb and resource.
func (r requests) kinds() map[string]int {
	return r.count(func(one audit.Request) string {
		what := one.Resource
		if what == "" {
			what = one.Path
		}
		if one.Subresource != "" {
			what += "/" + one.Subresource
		}
		return one.Verb + " " + what
	})
}

func (r requests) count(by func(audit.Request) string) map[string]int {
	out := map[string]int{}
	for _, one := range r {
		out[by(one)]++
	}
	return out
}
