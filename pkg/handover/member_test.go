package handover

import (
	"slices"
	"strings"
	"testing"
)

func TestOwnMember(t *testing.T) {
	config := func() map[string]any {
		return map[string]any{
			"http":    map[string]any{"port": "5000"},
			"cluster": map[string]any{"members": []any{"a-member-0:5000", "a-member-1:5000", "a-member-2:5000"}},
		}
	}
	for pod, want := range map[string][]any{
		"a-0":     {"127.0.0.1:5000", "a-member-1:5000", "a-member-2:5000"},
		"a-7-b-2": {"a-member-0:5000", "a-member-1:5000", "127.0.0.1:5000"},
	} {
		got := config()
		if err := OwnMember(got, pod); err != nil {
			t.Errorf("%s: %v", pod, err)
		}
		cluster, _ := got["cluster"].(map[string]any)
		if members, _ := cluster["members"].([]any); !slices.Equal(members, want) {
			t.Errorf("%s: %v, want %v", pod, members, want)
		}
	}
	for pod, says := range map[string]string{
		"a-3": "none of the 3 members", "a": "does not end in a number", "": "does not end in a number", "a-x": "does not end in a number",
	} {
		if err := OwnMember(config(), pod); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want that it %s", pod, err, says)
		}
	}
	portless := config()
	delete(portless, "http")
	if OwnMember(portless, "a-0") == nil {
		t.Error("a member without a port is one")
	}
	if err := OwnMember(map[string]any{"http": map[string]any{}}, ""); err != nil {
		t.Errorf("a store of one pod: %v", err)
	}
}
