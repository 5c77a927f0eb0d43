package version

import (
	"testing"

	"pgregory.net/rapid"
)

func TestZotVersion(t *testing.T) {
	for tag, want := range map[string]Zot{
		"v2.1.20":     {Major: 2, Minor: 1, Patch: 20},
		"2.1.20":      {Major: 2, Minor: 1, Patch: 20},
		"v2.1.20-rc1": {Major: 2, Minor: 1, Patch: 20, Pre: "rc1"},
	} {
		got, ok := ZotVersion(tag)
		if !ok || got != want {
			t.Errorf("ZotVersion(%q) = %v, %v; want %v", tag, got, ok, want)
		}
	}
	for _, tag := range []string{"", "latest", "v2", "v2.1", "v2.1.20_1", "2.1.20.4", "9999999.0.0", "build-2.1.20", "v2.1.20-"} {
		if got, ok := ZotVersion(tag); ok {
			t.Errorf("ZotVersion(%q) = %v, want not ok", tag, got)
		}
	}
}

func TestDefaultTagIsAVersion(t *testing.T) {
	if _, ok := ZotVersion(OperandTag); !ok {
		t.Fatalf("OperandTag %q names no single release: a store would change when its pod restarts", OperandTag)
	}
}

func TestAtLeast(t *testing.T) {
	ordered := []string{"v1.9.99", "v2.0.0", "v2.1.0", "v2.1.3", "v2.1.20", "v2.2.0", "v10.0.0"}
	for i, a := range ordered {
		for j, b := range ordered {
			va, _ := ZotVersion(a)
			vb, _ := ZotVersion(b)
			if got, want := va.AtLeast(vb), i >= j; got != want {
				t.Errorf("%s.AtLeast(%s) = %v, want %v", a, b, got, want)
			}
		}
	}
	candidate, _ := ZotVersion("v2.1.20-rc1")
	if release, _ := ZotVersion("v2.1.20"); !candidate.AtLeast(release) {
		t.Error("a release candidate has the features of its release")
	}
}

func TestZotVersionRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tag := rapid.StringMatching(`v?[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(-[a-z0-9]{1,5})?|[a-zA-Z0-9._-]{0,20}`).Draw(t, "tag")
		v, ok := ZotVersion(tag)
		if !ok {
			return
		}
		if again, ok := ZotVersion(v.String()); !ok || again != v {
			t.Fatalf("%q reads as %v, written as %q and read again as %v", tag, v, v.String(), again)
		}
	})
}
