package names_test

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation"
	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/pkg/names"
)

// The user's commands and every running store rely on these names.
func TestNames(t *testing.T) {
	for _, tc := range []struct{ what, got, want string }{
		{"StatefulSet", names.Workload("sample"), "sample"},
		{"Service", names.Service("sample"), "sample"},
		{"Route", names.Route("sample"), "sample"},
		{"Service of a member", names.Member("sample", 1), "sample-member-1"},
		{"host of a member", names.MemberHost("zot-system", "sample", 1), "sample-member-1.zot-system.svc"},
		{"pod", names.Pod("sample", 1), "sample-1"},
		{"governing Service", names.Members("sample"), "sample-members"},
		{"claim", names.Claim("sample"), "sample-data"},
		{"ServiceAccount", names.ServiceAccount("sample"), "sample-zot"},
		{"boot config", names.BootConfig("sample", "0123456789"), "sample-boot-0123456789"},
		{"live config", names.LiveConfig("sample", "0123456789"), "sample-live-0123456789"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.what, tc.got, tc.want)
		}
	}
}

// byKind are the names that a store's objects take, apart by kind: objects of different kinds may share a name.
func byKind(store, hash string) map[string][]string {
	return map[string][]string{
		"StatefulSet":           {names.Workload(store)},
		"PodDisruptionBudget":   {names.Workload(store)},
		"Service":               {names.Service(store), names.Members(store), names.Member(store, 0), names.Member(store, 8)},
		"Route":                 {names.Route(store)},
		"PersistentVolumeClaim": {names.Claim(store)},
		"ServiceAccount":        {names.ServiceAccount(store)},
		"ConfigMap":             {names.BootConfig(store, hash), names.LiveConfig(store, hash)},
	}
}

func storeName() *rapid.Generator[string] {
	return rapid.StringMatching(`[a-z]([-a-z0-9]{0,38}[a-z0-9])?`)
}

func hash() *rapid.Generator[string] { return rapid.StringMatching(`[0-9a-f]{10}`) }

func TestNamesAreLegal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store := rapid.OneOf(storeName(), rapid.Just(strings.Repeat("s", names.MaxStore))).Draw(t, "store")
		for kind, all := range byKind(store, hash().Draw(t, "hash")) {
			for _, name := range all {
				// 63 characters: what a Service, a label's value and a host name may have.
				if problems := validation.IsDNS1035Label(name); len(problems) > 0 {
					t.Fatalf("%s %q: %v", kind, name, problems)
				}
			}
		}
		// Kubernetes labels the pods with the revision: the StatefulSet's name and at most ten digits.
		revision := names.Workload(store) + "-0123456789"
		if problems := validation.IsValidLabelValue(revision); len(problems) > 0 {
			t.Fatalf("revision %q: %v", revision, problems)
		}
	})
}

func TestNamesOfOneKindDiffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store, one, other := storeName().Draw(t, "store"), hash().Draw(t, "one hash"), hash().Draw(t, "other hash")
		for kind, all := range byKind(store, one) {
			seen := map[string]bool{}
			for _, name := range all {
				if seen[name] {
					t.Fatalf("%s: two objects of store %q are called %q", kind, store, name)
				}
				seen[name] = true
			}
		}
		same := names.BootConfig(store, one) == names.BootConfig(store, other)
		if same != (one == other) {
			t.Fatalf("config maps of hashes %q and %q: one name is %v", one, other, same)
		}
	})
}
