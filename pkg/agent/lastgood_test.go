package agent

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

func TestVanishedSecretKeepsLastGood(t *testing.T) {
	cert, key := pair(t, "registry", tomorrow())
	kinds := map[string]struct {
		credential handover.Credential
		content    map[string]string
	}{
		"aws":       {handover.AWS("s", "s"), s3Keys},
		"azure key": {handover.Azure("s"), map[string]string{"accountKey": "YWJj"}},
		"azure principal": {handover.Azure("s"), map[string]string{
			"tenantId": "t", "clientId": "c", "clientSecret": "x",
		}},
		"bucket claim": {handover.ObjectBucketClaim("s", true, true), map[string]string{
			"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B",
		}},
		"gcs":  {handover.GCS("s"), map[string]string{"key.json": "{\"a\":1} "}},
		"oidc": {handover.OIDC("zot", "s"), map[string]string{"secret": "x"}},
		"redis": {handover.Redis(handover.RedisServer{Address: "a:1", Database: 3}, "s"), map[string]string{
			"username": "u", "password": "p",
		}},
		"redis url": {handover.Redis(handover.RedisServer{}, "s"), map[string]string{"url": "rediss://u:p@a"}},
		"htpasswd":  {handover.HTPasswd("s"), map[string]string{"htpasswd": "ann:" + sha256Hash}},
		"tls":       {handover.TLS("s", "s"), map[string]string{"tls.crt": cert, "tls.key": key}},
		"ca":        {handover.CA("s", ""), map[string]string{"ca.crt": cert}},
		"session keys": {handover.SessionKeys("s"), map[string]string{
			"hash-key": strings.Repeat("h", 64), "encrypt-key": strings.Repeat("e", 32),
		}},
	}
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			p := newPod(t)
			p.boot(plainBoot, kind.credential)
			p.live(readWrite)
			p.secret("s", kind.content)
			p.configMap("s", map[string]string{"BUCKET_NAME": "made-1", "BUCKET_HOST": "rgw.rook.svc", "BUCKET_PORT": "80"})
			a := p.started()
			before, files := p.config(), p.files()
			p.secret("s", nil)
			p.live(readOnly)
			// The sidecar may crash meanwhile.
			for _, agent := range []*Agent{a, p.sidecar()} {
				agent.round()
				agent.round()
				state := agent.State()
				if state.Applied || len(state.Problems) != 1 || state.Problems[0].Reason != handover.ReasonSecretNotFound {
					t.Fatalf("got %+v", state)
				}
			}
			if p.zot.ended != 0 {
				t.Error("zot was ended")
			}
			after := p.config()
			if len(at(after, "http.accessControl.a").([]any)) != 1 {
				t.Error("an access rule waits until a Secret is mended")
			}
			for _, path := range []string{"storage", "http.auth"} {
				if diff := cmp.Diff(at(before, path), at(after, path)); diff != "" {
					t.Errorf("%s is another:\n%s", path, diff)
				}
			}
			if diff := cmp.Diff(files, p.files()); diff != "" {
				t.Errorf("files are others:\n%s", diff)
			}
			p.secret("s", kind.content)
			a = p.sidecar()
			a.round()
			if state := a.State(); !state.Applied || len(state.Problems) != 0 || p.zot.ended != 0 {
				t.Errorf("mended, but %+v, ended %d", state, p.zot.ended)
			}
		})
	}
}
