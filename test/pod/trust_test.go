package pod

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// verdict is what zot makes of the signatures of an image.
type verdict struct{ Signed, Trusted bool }

// trust asks zot's query interface.
func (p *Pod) trust(repository, tag string) verdict {
	query, err := json.Marshal(map[string]string{
		"query": fmt.Sprintf(`{Image(image:"%s:%s"){IsSigned SignatureInfo{Tool IsTrusted Author}}}`, repository, tag),
	})
	p.must(err)
	response, err := http.Post("http://"+p.Address()+"/v2/_zot/ext/search", "application/json", bytes.NewReader(query))
	p.must(err)
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Data struct {
			Image struct {
				IsSigned      bool
				SignatureInfo []struct{ IsTrusted bool }
			}
		}
	}
	p.must(json.NewDecoder(response.Body).Decode(&answer))
	found := verdict{Signed: answer.Data.Image.IsSigned}
	for _, signature := range answer.Data.Image.SignatureInfo {
		found.Trusted = found.Trusted || signature.IsTrusted
	}
	return found
}

// becomes waits for a verdict.
func (p *Pod) becomes(repository, tag string, want verdict) {
	p.t.Helper()
	p.Eventually(fmt.Sprintf("%s:%s is %+v", repository, tag, want), func() bool { return p.trust(repository, tag) == want })
}

// content reads a file that a program has written.
func content(t *testing.T, parts ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Signatures of cosign: who has signed with a key of the spec is trusted, others are not, and another key takes effect without a restart.
func TestCosign(t *testing.T) {
	p := New(t, "cosign")
	cosign, folder := Program(t, "cosign"), t.TempDir()
	for _, who := range []string{"ann", "bob"} {
		Run(t, folder, cosign, "generate-key-pair", "--output-key-prefix", who)
	}
	key := func(who string) map[string]string {
		return map[string]string{"cosign.pub": content(t, folder, who+".pub")}
	}
	p.Secret("release", key("ann"))
	p.Apply(Spec(t, `extensions: {supplychain: {signing: {cosign: {publicKeys: [{secretName: release}]}}}}`))
	for _, who := range []string{"ann", "bob", "nobody"} {
		digest, err := p.Push(User{}, "app", who)
		p.must(err)
		if who != "nobody" {
			// zot v2.1.20 does not check the bundles that cosign 3 makes by itself (zot #3981).
			Run(t, folder, cosign, "sign", "--yes", "--key", who+".key", "--new-bundle-format=false", "--use-signing-config=false",
				"--tlog-upload=false", "--allow-http-registry", "--allow-insecure-registry", p.Address()+"/app@"+digest.String())
		}
	}
	p.becomes("app", "ann", verdict{Signed: true, Trusted: true})
	p.becomes("app", "bob", verdict{Signed: true})
	p.becomes("app", "nobody", verdict{})

	p.Secret("release", key("bob"))
	p.becomes("app", "ann", verdict{Signed: true})
	p.becomes("app", "bob", verdict{Signed: true, Trusted: true})
	p.Serving()
}

// Signatures of notation, as TestCosign. Somebody's own certificate is his authority here.
func TestNotation(t *testing.T) {
	p := New(t, "notation")
	notation, folder := Program(t, "notation"), t.TempDir()
	for _, who := range []string{"ann", "bob"} {
		Run(t, folder, notation, "cert", "generate-test", who)
	}
	certificate := func(who string) map[string]string {
		return map[string]string{who + ".crt": content(t, folder, "notation", "localkeys", who+".crt")}
	}
	p.ConfigMap("people", certificate("ann"))
	spec := `extensions: {supplychain: {signing: {notation: {trustStores: [{configMapName: people, key: %s.crt}]}}}}`
	p.Apply(Spec(t, fmt.Sprintf(spec, "ann")))
	for _, who := range []string{"ann", "bob", "nobody"} {
		digest, err := p.Push(User{}, "app", who)
		p.must(err)
		if who != "nobody" {
			Run(t, folder, notation, "sign", "--insecure-registry", "--key", who, p.Address()+"/app@"+digest.String())
		}
	}
	p.becomes("app", "ann", verdict{Signed: true, Trusted: true})
	p.becomes("app", "bob", verdict{Signed: true})
	p.becomes("app", "nobody", verdict{})

	// Another key of the ConfigMap is another spec, and a new pod. Its content alone would be none.
	p.ConfigMap("people", certificate("bob"))
	if !p.Apply(Spec(t, fmt.Sprintf(spec, "bob"))) {
		t.Error("it takes no new pod")
	}
	p.becomes("app", "ann", verdict{Signed: true})
	p.becomes("app", "bob", verdict{Signed: true, Trusted: true})

	p.Apply(Spec(t, `extensions: {supplychain: {signing: {providers: [notary]}}}`))
	p.becomes("app", "bob", verdict{Signed: true})
	p.Serving()
}
