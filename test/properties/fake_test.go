package properties

import (
	"path"

	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
)

// fake hands over as the agent does, without its files: thousands of stores would take minutes otherwise. The tests that let the real
// agent work judge its outcome in the same way.
func fake(t failer, documents zotconfig.Documents) handed {
	t.Helper()
	out := read(t, documents)
	out.run = handover.RunDir
	zot := handover.Merge(out.boot.Zot, out.live.Zot)
	for _, credential := range out.boot.Credentials {
		settings, files := grant(t, credential)
		zot = handover.Merge(zot, settings)
		for _, file := range files {
			out.files[path.Join(out.run, file)] = true
		}
	}
	out.zot = asRead(t, zot)
	return out
}

// grant is what a credential becomes: settings, and files in handover.RunDir. See the kinds in package handover.
func grant(t failer, credential handover.Credential) (settings map[string]any, files []string) {
	t.Helper()
	switch credential.Kind {
	case handover.KindAWS:
		return nil, []string{handover.AWSFile}
	case handover.KindObjectBucketClaim:
		return within("storage", "storageDriver", map[string]any{"bucket": "made-1"}), []string{handover.AWSFile}
	case handover.KindAzure:
		return within("storage", "storageDriver", map[string]any{
			"accountkey": "a2V5", "credentials": map[string]any{"type": "shared_key"},
		}), nil
	case handover.KindGCS:
		return within("storage", "storageDriver", map[string]any{"keyfile": handover.GCSPath}), []string{handover.GCSFile}
	case handover.KindOIDC:
		provider := within("providers", "oidc", map[string]any{"credentialsFile": handover.OIDCPath})
		return within("http", "auth", map[string]any{"openid": provider}), []string{handover.OIDCFile}
	case handover.KindRedis:
		server := *credential.Redis
		if server.Address == "" {
			server.Address = "redis.example.com:6379"
		}
		return within("storage", "cacheDriver", map[string]any{"url": server.URL("zot", "p@ss/word")}), nil
	case handover.KindHTPasswd:
		return nil, []string{handover.HTPasswdFile}
	case handover.KindTLS:
		return nil, []string{handover.TLSCertFile, handover.TLSKeyFile}
	case handover.KindCA:
		return nil, []string{handover.CAFile}
	case handover.KindSessionKeys:
		return nil, []string{handover.SessionKeysFile}
	case handover.KindTrust:
		return nil, nil
	case handover.KindSync:
		return within("extensions", "sync", map[string]any{"credentialsFile": handover.SyncPath}), []string{handover.SyncFile}
	}
	t.Fatalf("nobody here knows credentials of the kind %q: add what the agent makes of them", credential.Kind)
	return nil, nil
}

func within(outer, inner string, value map[string]any) map[string]any {
	return map[string]any{outer: map[string]any{inner: value}}
}
