package agent

import (
	"context"
	"encoding/base64"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// quirks make a secret what people make of secrets. The verb is the random part.
var quirks = []string{
	"%", "%\n", "%\r\n", " %", "%\nx", "%\x00", "%\xff", `{"private_key":"%"}`, `{"private_key":"%`, `{"a":%}`, `"%"`, `[%]`, "%#c", "",
	"redis://u:%@host", "rediss://%@host/%", "redis://%:x@", "redis://%%zz@host", "https://%@host", "%:plain", "ann:%", "%:$2y$05$%", "#%:x",
	"ann:" + sha256Hash + "\nbob:%\n%", "-----BEGIN %-----\n%\n-----END %-----", "-----BEGIN CERTIFICATE-----\n%\n-----END CERTIFICATE-----",
	"-----BEGIN CERTIFICATE-----\n%: %\n\n%\n-----END CERTIFICATE-----", "-----BEGIN PRIVATE KEY-----\n%\n-----END PRIVATE KEY-----",
	"-----BEGIN PRIVATE KEY-----\nDEK-Info: %\n\n%\n-----END PRIVATE KEY-----", "%%", "%%%%",
}

// Whatever is in the Secrets, and however broken it is: none of it is told to anybody.
func TestNothingLeaks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token := rapid.StringMatching(`[A-Za-z0-9+/]{16}`)
		var tokens []string
		value := func(label string) string {
			drawn := token.Draw(t, label)
			tokens = append(tokens, drawn)
			return strings.ReplaceAll(rapid.SampledFrom(quirks).Draw(t, label+" quirk"), "%", drawn)
		}
		p := newPod(t)
		p.boot(plainBoot, handover.AWS("s", "s"), handover.Azure("s"), handover.GCS("s"), handover.OIDC("zot", "s"),
			handover.Redis(handover.RedisServer{Address: rapid.SampledFrom([]string{"", "redis:6379"}).Draw(t, "address")}, "s"),
			handover.HTPasswd("s"), handover.TLS("s", "s"), handover.CA("s", ""), handover.SessionKeys("s"))
		p.live(readOnly)
		keys := []string{
			"access-key", "secret-key", "accountKey", "tenantId", "clientId", "clientSecret", "key.json", "secret", "other",
			"url", "username", "password", "htpasswd", "tls.crt", "tls.key", "ca.crt", "hash-key", "encrypt-key",
		}
		var told strings.Builder
		content := func() map[string]string {
			drawn := map[string]string{}
			for _, key := range keys {
				if rapid.IntRange(0, 9).Draw(t, "present") > 0 {
					drawn[key] = value(key)
				}
			}
			return drawn
		}
		p.secret("s", content())
		if err := p.agent().Init(context.Background()); err != nil {
			told.WriteString(err.Error())
		}
		message, _ := os.ReadFile(p.layout.TerminationLog)
		told.Write(message)
		a := p.sidecar()
		for range 3 {
			p.secret("s", content())
			a.round()
			a.round()
			told.WriteString(serverAnswer(a))
		}
		told.WriteString(p.logs.String())
		told.WriteString(strings.Join(p.zot.told, "\n"))
		p.closed()
		for _, token := range tokens {
			for i := 0; i+6 <= len(token); i++ {
				if strings.Contains(told.String(), token[i:i+6]) {
					t.Fatalf("%q of a secret is told in:\n%s", token[i:i+6], told.String())
				}
			}
		}
	})
}

func serverAnswer(a *Agent) string {
	answer := httptest.NewRecorder()
	a.Server("").Handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, handover.StatePath, nil))
	return answer.Body.String()
}

// Good values are told as little as bad ones; and nobody but the pod's user can read what is written.
func TestGoodValuesDoNotLeak(t *testing.T) {
	p := newPod(t)
	cert, key := pair(t, "registry", tomorrow())
	const token, second = "hush-hush-hush-1", "hush-hush-hush-2"
	content := func(token string) map[string]string {
		return map[string]string{
			"access-key": token, "secret-key": token, "key.json": `{"a":"` + token + `"}`,
			"accountKey": base64.StdEncoding.EncodeToString([]byte(token)),
			"secret":     token, "username": token, "password": token, "htpasswd": token + ":" + sha256Hash + "\nbad",
			"tls.crt": cert, "tls.key": key, "ca.crt": cert, "hash-key": token + token, "encrypt-key": token,
		}
	}
	p.boot(plainBoot, handover.AWS("s", "s"), handover.Azure("s"), handover.GCS("s"), handover.OIDC("zot", "s"),
		handover.Redis(handover.RedisServer{Address: "redis:6379"}, "s"), handover.HTPasswd("s"), handover.TLS("s", "s"),
		handover.CA("s", ""), handover.SessionKeys("s"))
	p.live(readOnly)
	p.secret("s", content(token))
	a := p.started()
	p.closed()
	p.secret("s", content(second))
	a.round()
	a.round()
	if a.State().ZotRestarts != 1 {
		t.Fatalf("got %+v", a.State())
	}
	p.closed()
	told := p.logs.String() + serverAnswer(a) + strings.Join(p.zot.told, "\n")
	encoded := base64.StdEncoding.EncodeToString([]byte(token))
	for _, secret := range []string{"hush", encoded[:12], sha256Hash[12:24], strings.Split(key, "\n")[1]} {
		if strings.Contains(told, secret) {
			t.Errorf("%q of a secret is told in:\n%s", secret, told)
		}
	}
}

// closed checks that only the pod's user can read what the agent has written.
func (p *pod) closed() {
	p.t.Helper()
	p.must(filepath.WalkDir(p.layout.RunDir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if entry.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			p.t.Fatalf("%s has mode %o", path, info.Mode().Perm())
		}
		return nil
	}))
}
