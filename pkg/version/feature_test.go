package version

import "testing"

func TestFeatureIn(t *testing.T) {
	for tag, want := range map[string]bool{
		"v2.1.16":     false,
		"2.1.9":       false,
		"v2.0.99":     false,
		"v2.1.17":     true,
		"v2.1.17-rc1": true,
		"v2.1.20":     true,
		"v3.0.0":      true,
		// What names no single release is taken for the newest.
		"latest": true,
		"v2.1":   true,
		"":       true,
	} {
		if got := Timeouts.In(tag); got != want {
			t.Errorf("%s in %q: %v, want %v", Timeouts.Name, tag, got, want)
		}
	}
}
