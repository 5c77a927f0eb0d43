package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-logr/logr/funcr"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// tester is a test, also one of rapid's.
type tester interface {
	Helper()
	Cleanup(done func())
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// pod is a pod's file system and processes as the agent sees them.
type pod struct {
	t      tester
	layout Layout
	logs   *bytes.Buffer
	zot    *fakeProcesses
}

type fakeProcesses struct {
	ended   int
	running int
	fails   error
	// starting is what IsStarting says.
	starting bool
	// told is all that zot's processes were asked about.
	told []string
	// atEnd is called as zot is told to end: what does the disk look like by then?
	atEnd func()
}

func (f *fakeProcesses) EndZot(configPath string) (int, error) {
	f.told = append(f.told, configPath)
	if f.atEnd != nil {
		f.atEnd()
	}
	if f.fails != nil {
		return 0, f.fails
	}
	f.ended += f.running
	return f.running, nil
}

func (f *fakeProcesses) IsStarting(string) bool { return f.starting }

func (f *fakeProcesses) Runs(string) bool { return f.running > 0 }

func newPod(t tester) *pod {
	t.Helper()
	root, err := os.MkdirTemp("", "agent")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	p := &pod{t: t, logs: &bytes.Buffer{}, zot: &fakeProcesses{running: 1}, layout: Layout{
		BootDir: filepath.Join(root, "boot"), LiveDir: filepath.Join(root, "live"),
		SecretsDir: filepath.Join(root, "secrets"), ConfigMapsDir: filepath.Join(root, "configmaps"), RunDir: filepath.Join(root, "run"),
		TerminationLog: filepath.Join(root, "termination-log"),
	}}
	for _, dir := range []string{p.layout.SecretsDir, p.layout.RunDir} {
		p.must(os.MkdirAll(dir, 0o700))
	}
	return p
}

func (p *pod) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// agent is a new process of the agent in this pod.
func (p *pod) agent() *Agent {
	write := func(prefix, args string) { _, _ = fmt.Fprintln(p.logs, prefix, args) }
	return New(Options{
		Layout: p.layout, Processes: p.zot, Interval: time.Millisecond,
		Log: funcr.New(write, funcr.Options{}),
	})
}

// sidecar is a new agent that has taken over what is in place.
func (p *pod) sidecar() *Agent {
	a := p.agent()
	a.open()
	return a
}

// started is a pod whose init container has succeeded, and its sidecar.
func (p *pod) started() *Agent {
	p.t.Helper()
	p.must(p.agent().Init(context.Background()))
	a := p.sidecar()
	a.round()
	return a
}

// project writes a volume as the kubelet's atomic writer does: a new directory, a link to it, links to its keys.
func (p *pod) project(dir string, content map[string]string) {
	p.t.Helper()
	p.must(os.MkdirAll(dir, 0o700))
	version, err := os.MkdirTemp(dir, "..2026_")
	p.must(err)
	for key, value := range content {
		p.must(os.WriteFile(filepath.Join(version, key), []byte(value), 0o600))
		link := filepath.Join(dir, key)
		if _, err := os.Lstat(link); err != nil {
			p.must(os.Symlink(filepath.Join(dataLink, key), link))
		}
	}
	old, _ := os.Readlink(filepath.Join(dir, dataLink))
	p.must(os.Symlink(filepath.Base(version), filepath.Join(dir, "..data_tmp")))
	p.must(os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, dataLink)))
	if old != "" {
		p.must(os.RemoveAll(filepath.Join(dir, old)))
	}
}

func (p *pod) secret(name string, content map[string]string) {
	p.t.Helper()
	p.project(filepath.Join(p.layout.SecretsDir, name), content)
}

func (p *pod) configMap(name string, content map[string]string) {
	p.t.Helper()
	p.project(filepath.Join(p.layout.ConfigMapsDir, name), content)
}

func (p *pod) boot(zot string, credentials ...handover.Credential) {
	p.t.Helper()
	data, err := handover.EncodeBoot(handover.Boot{Zot: object(p.t, zot), Credentials: credentials})
	p.must(err)
	p.project(p.layout.BootDir, map[string]string{handover.BootFile: string(data)})
}

func (p *pod) live(zot string) {
	p.t.Helper()
	data, err := handover.EncodeLive(handover.Live{Zot: object(p.t, zot)})
	p.must(err)
	p.project(p.layout.LiveDir, map[string]string{handover.LiveFile: string(data)})
}

// config is what zot would read.
func (p *pod) config() map[string]any {
	p.t.Helper()
	return object(p.t, p.file(handover.ConfigFile))
}

func (p *pod) file(name string) string {
	p.t.Helper()
	content, err := os.ReadFile(p.layout.run(name))
	p.must(err)
	return string(content)
}

// files are all that the agent has written, but for the configuration and its notes.
func (p *pod) files() map[string]string {
	p.t.Helper()
	found := map[string]string{}
	for _, names := range filesOf {
		for _, name := range names {
			if content, err := os.ReadFile(p.layout.run(name)); err == nil {
				found[name] = string(content)
			}
		}
	}
	return found
}

// at walks into an object.
func at(value any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		parent, _ := value.(map[string]any)
		value = parent[key]
	}
	return value
}

func object(t tester, text string) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return value
}

func (p *pod) termination() handover.Problem {
	p.t.Helper()
	message, err := os.ReadFile(p.layout.TerminationLog)
	p.must(err)
	problem, err := handover.DecodeProblem(message)
	p.must(err)
	return problem
}

func eventually(t tester, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatal("waited 10 s in vain")
}
