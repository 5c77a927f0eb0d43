package agent

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

const publicKey = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAVZYGMlX5ezpNq6NyD68bwajGYFnIebo7G60/gxotz98=\n-----END PUBLIC KEY-----\n"

// trusts is a pod that trusts one key and one authority.
func trusts(t *testing.T) *pod {
	t.Helper()
	p := newPod(t)
	p.layout.DataDir = filepath.Join(t.TempDir(), "data")
	p.boot(plainBoot, handover.Trust([]handover.Source{
		handover.TrustedKey("key", "", ""), handover.TrustedAuthority(handover.PurposeTrustCA, "", "authority", "root.pem"),
	}))
	p.live(readOnly)
	authority, _ := pair(t, "authority", tomorrow())
	p.secret("key", map[string]string{"cosign.pub": publicKey})
	p.configMap("authority", map[string]string{"root.pem": authority})
	return p
}

// trusted are the files in DataDir, by the beginning of their paths.
func (p *pod) trusted() (all []string) {
	p.t.Helper()
	err := filepath.WalkDir(p.layout.DataDir, func(file string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			name, _ := filepath.Rel(p.layout.DataDir, file)
			all = append(all, name)
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return all
}

func TestTrust(t *testing.T) {
	p := trusts(t)
	theirs := filepath.Join(p.layout.DataDir, "_cosign", "sha256:0123")
	if err := os.MkdirAll(filepath.Dir(theirs), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(theirs, []byte(publicKey), 0o600); err != nil {
		t.Fatal(err)
	}
	a := p.started()
	first := p.trusted()
	if len(first) != 3 || !slices.ContainsFunc(first, func(name string) bool { return strings.HasPrefix(name, "_cosign/spec-") }) ||
		!slices.ContainsFunc(first, func(name string) bool {
			return strings.HasPrefix(name, "_notation/truststore/x509/ca/default/spec-")
		}) {
		t.Fatalf("trusts %q", first)
	}

	t.Run("another certificate takes the place of the one before, and zot is told", func(t *testing.T) {
		old := p.age(handover.ConfigFile)
		authority, _ := pair(t, "another", tomorrow())
		p.configMap("authority", map[string]string{"root.pem": authority})
		a.round()
		now := p.trusted()
		if len(now) != 3 || slices.Equal(first, now) || !p.writtenSince(handover.ConfigFile, old) || p.zot.ended > 0 {
			t.Errorf("trusts %q, ended zot %d times", now, p.zot.ended)
		}
	})
	t.Run("what is bad or gone is told, and changes nothing", func(t *testing.T) {
		before := p.trusted()
		for _, content := range []map[string]string{{"cosign.pub": "secret"}, {}} {
			p.secret("key", content)
			a.round()
			if now := p.trusted(); !slices.Equal(before, now) || len(a.State().Problems) != 1 {
				t.Errorf("trusts %q, %+v", now, a.State().Problems)
			}
		}
	})
	t.Run("what the spec does not name any more goes, and what others have sent stays", func(t *testing.T) {
		p.boot(plainBoot, handover.Trust(nil))
		a = p.started()
		if now := p.trusted(); !slices.Equal(now, []string{"_cosign/sha256:0123"}) {
			t.Errorf("trusts %q", now)
		}
	})
}

func TestTrustTakesOnlyWhatNotationTakes(t *testing.T) {
	authority, _ := pair(t, "authority", tomorrow())
	for name, tc := range map[string]struct {
		value string
		good  bool
	}{
		"one":        {authority, true},
		"two":        {authority + "\n" + authority, true},
		"none":       {"", false},
		"a key":      {publicKey, false},
		"and a key":  {authority + publicKey, false},
		"cut off":    {authority[:len(authority)/2], false},
		"not a text": {"hush", false},
	} {
		if err := isAuthorities(tc.value); (err == nil) != tc.good {
			t.Errorf("%s: %v", name, err)
		}
	}
	if isPublicKey(publicKey) != nil || isPublicKey(authority) == nil || isPublicKey(strings.Replace(publicKey, "MCow", "MC", 1)) == nil {
		t.Error("takes another thing for a public key")
	}
}
