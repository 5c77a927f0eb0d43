package properties

import (
	"bytes"
	"context"
	"encoding/base64"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-logr/logr"

	"github.com/zot-artifact-store/operator/pkg/agent"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
	"github.com/zot-artifact-store/operator/test/properties/zotschema"
)

// failer is a test, or one of rapid's.
type failer interface {
	Helper()
	Fatalf(format string, arguments ...any)
}

// handed is what a pod has when the agent is done.
type handed struct {
	// boot and live are the documents as they stand in the config maps; zot is what it reads.
	boot handover.Boot
	live handover.Live
	zot  map[string]any
	// run is handover.RunDir or what stands for it, files are the paths of what the agent writes there beside the configuration.
	run   string
	files map[string]bool
}

// read decodes the documents as the agent does.
func read(t failer, documents zotconfig.Documents) handed {
	t.Helper()
	out := handed{files: map[string]bool{}}
	var err error
	if out.boot, err = handover.DecodeBoot(documents.Boot); err != nil {
		t.Fatalf("the agent cannot read the boot document: %v", err)
	}
	if out.live, err = handover.DecodeLive(documents.Live); err != nil {
		t.Fatalf("the agent cannot read the live document: %v", err)
	}
	return out
}

// pod is a folder in the place of a pod's file system, in which the real agent runs.
type pod struct{ dir string }

// run is the pod's handover.RunDir.
func (p pod) run() string { return filepath.Join(p.dir, "run") }

func (p pod) config() string { return filepath.Join(p.run(), handover.ConfigFile) }

// moved puts our folder into the place of the pod's.
func (p pod) moved(document []byte) []byte {
	return bytes.ReplaceAll(document, []byte(handover.RunDir), []byte(p.run()))
}

// hand lets the agent do what it does before zot starts, with Secrets that hold every value that the documents ask for.
func (p pod) hand(t failer, documents zotconfig.Documents) handed {
	t.Helper()
	out := read(t, documents)
	out.run = p.run()
	p.fill(t, documents, out.boot.Credentials)
	a := agent.New(agent.Options{Layout: p.layout(), Processes: noProcesses{}, Log: logr.Discard()})
	if err := a.Init(context.Background()); err != nil {
		t.Fatalf("the agent does not let zot start: %v\n%s", err, documents.Boot)
	}
	if state := a.State(); len(state.Problems) > 0 {
		t.Fatalf("the agent has something against Secrets that hold all that they should: %v", state.Problems)
	}
	data, err := os.ReadFile(p.config())
	if err != nil {
		t.Fatalf("the agent has written no configuration: %v", err)
	}
	if out.zot, err = zotschema.Decode(data); err != nil {
		t.Fatalf("%v", err)
	}
	out.files = p.written(t)
	return out
}

// noProcesses is the agent's view of a pod in which no zot runs yet.
type noProcesses struct{}

func (noProcesses) IsStarting(string) bool { return false }

func (noProcesses) Runs(string) bool { return false }

func (noProcesses) EndZot(string) (int, error) { return 0, nil }

func (p pod) layout() agent.Layout {
	return agent.Layout{
		BootDir: filepath.Join(p.dir, "boot"), LiveDir: filepath.Join(p.dir, "live"), SecretsDir: filepath.Join(p.dir, "secrets"),
		ConfigMapsDir: filepath.Join(p.dir, "configmaps"), RunDir: p.run(), DataDir: filepath.Join(p.dir, "data"),
		TerminationLog: filepath.Join(p.dir, "termination-log"), Pod: "store-0",
	}
}

// fill mounts what the pod of a store mounts, and nothing of the store before.
func (p pod) fill(t failer, documents zotconfig.Documents, credentials []handover.Credential) {
	t.Helper()
	if err := os.RemoveAll(p.dir); err != nil {
		t.Fatalf("clear the pod's folder: %v", err)
	}
	l := p.layout()
	p.put(t, filepath.Join(l.BootDir, handover.BootFile), p.moved(documents.Boot))
	p.put(t, filepath.Join(l.LiveDir, handover.LiveFile), p.moved(documents.Live))
	if err := os.MkdirAll(l.RunDir, 0o700); err != nil {
		t.Fatalf("make the pod's folder: %v", err)
	}
	for _, credential := range credentials {
		for _, source := range credential.Sources {
			value := content(credential, source)
			if value == "" {
				continue
			}
			volume := filepath.Join(l.SecretsDir, source.Secret)
			if source.ConfigMap != "" {
				volume = filepath.Join(l.ConfigMapsDir, source.ConfigMap)
			}
			p.put(t, filepath.Join(volume, source.Keys[0]), []byte(value))
		}
	}
}

func (p pod) put(t failer, file string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatalf("make the pod's folder: %v", err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatalf("fill the pod's folder: %v", err)
	}
}

// written are the paths of what the agent has written beside the configuration and its own notes.
func (p pod) written(t failer) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	err := filepath.WalkDir(p.run(), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && path != p.config() && !strings.HasPrefix(entry.Name(), ".") {
			out[path] = true
		}
		return err
	})
	if err != nil {
		t.Fatalf("look at what the agent has written: %v", err)
	}
	return out
}

// content is what a Secret holds for a source, and nothing where another source serves in its place. Of what can be had in two ways,
// each serves some stores, by the length of the Secret's name.
func content(credential handover.Credential, source handover.Source) string {
	odd := len(source.Secret)%2 == 1
	certificate, key := selfSigned()
	switch source.Purpose {
	case handover.PurposeAccountKey:
		if odd {
			return ""
		}
		return base64.StdEncoding.EncodeToString([]byte("key"))
	case handover.PurposeTenantID, handover.PurposeClientID:
		if !odd {
			return ""
		}
		return "0f0f0f0f-0000-4000-8000-000000000003"
	case handover.PurposeClientSecret:
		if credential.Kind == handover.KindAzure && !odd {
			return ""
		}
		return "client secret"
	case handover.PurposeURL:
		if credential.Redis.Address != "" && odd {
			return ""
		}
		return "rediss://zot:p%40ss@redis.example.com:6380/2"
	case handover.PurposePort:
		return map[bool]string{true: "443", false: "8080"}[len(source.ConfigMap)%2 == 1]
	case handover.PurposeHost, handover.PurposeBucket, handover.PurposeRegion:
		return "made-1"
	case handover.PurposeKeyFile:
		return `{"type":"service_account","project_id":"p"}`
	case handover.PurposeUsers:
		return "alice:$2y$05$iO3b3ZDJ4q0pOIXdGTMc5eQ0dGoYKdUpoAVnBYlGI6zyWRyRHBdEq\n"
	case handover.PurposeTrustCosign:
		return "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAVZYGMlX5ezpNq6NyD68bwajGYFnIebo7G60/gxotz98=\n-----END PUBLIC KEY-----\n"
	case handover.PurposeCertificate, handover.PurposeCertificates,
		handover.PurposeTrustCA, handover.PurposeTrustSigningAuthority, handover.PurposeTrustTSA:
		return certificate
	case handover.PurposePrivateKey:
		return key
	case handover.PurposeHashKey:
		return strings.Repeat("h", 64)
	case handover.PurposeEncryptKey:
		return strings.Repeat("e", 32)
	}
	return "p@ss/word"
}
