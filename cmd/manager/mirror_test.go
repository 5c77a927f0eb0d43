package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/cache/informertest"
	"sigs.k8s.io/controller-runtime/pkg/manager"
)

func certificate(of string) map[string][]byte {
	return map[string][]byte{"ca.crt": []byte("ca " + of), "ca.key": []byte("secret"), "tls.crt": []byte("crt " + of), "tls.key": []byte("key " + of)}
}

// holds fails unless the folder has the files of that certificate and no others.
func holds(t *testing.T, dir, of string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 3 {
		t.Errorf("want three files, got %v", entries)
	}
	for _, name := range []string{"ca.crt", "tls.crt", "tls.key"} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(content) != string(certificate(of)[name]) {
			t.Errorf("%s: got %q, %v; want %q", name, content, err, certificate(of)[name])
		}
	}
}

func TestCopyLeavesOutTheKeyOfTheAuthority(t *testing.T) {
	m := mirror{dir: t.TempDir()}
	if err := m.copy(certificate("one")); err != nil {
		t.Fatal(err)
	}
	holds(t, m.dir, "one")
	if info, err := os.Stat(filepath.Join(m.dir, "tls.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key can be read by others: %v, %v", info.Mode(), err)
	}
}

func TestCopyKeepsWhatServesWhileTheSecretIsIncomplete(t *testing.T) {
	m := mirror{dir: t.TempDir()}
	if err := m.copy(certificate("one")); err != nil {
		t.Fatal(err)
	}
	for _, missing := range []string{"ca.crt", "tls.crt", "tls.key"} {
		data := certificate("two")
		data[missing] = nil
		if err := m.copy(data); err != nil {
			t.Fatal(err)
		}
		holds(t, m.dir, "one")
	}
	if err := m.copy(nil); err != nil {
		t.Fatal(err)
	}
	holds(t, m.dir, "one")
}

func TestCopyWritesOnlyWhatDiffers(t *testing.T) {
	m := mirror{dir: t.TempDir()}
	if err := m.copy(certificate("one")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(m.dir, "tls.crt")
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.copy(certificate("one")); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(path)
	if err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("the same certificate was written again: %v, %v, %v", before.ModTime(), after.ModTime(), err)
	}
}

func TestCopySaysWhatCouldNotBeWritten(t *testing.T) {
	m := mirror{dir: filepath.Join(t.TempDir(), "missing")}
	if err := m.copy(certificate("one")); err == nil {
		t.Error("no error")
	}
}

// A renewed certificate is in place as soon as the watch tells of it.
func TestMirrorFollowsTheSecret(t *testing.T) {
	secrets := &informertest.FakeInformers{}
	m := mirror{secrets: secrets, dir: filepath.Join(t.TempDir(), "made")}
	if err := m.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	informer, err := secrets.FakeInformerFor(t.Context(), &corev1.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	empty, one, two := &corev1.Secret{}, &corev1.Secret{Data: certificate("one")}, &corev1.Secret{Data: certificate("two")}
	informer.Add(empty)
	informer.Update(empty, one)
	holds(t, m.dir, "one")
	informer.Update(one, empty)
	holds(t, m.dir, "one")
	informer.Update(empty, two)
	holds(t, m.dir, "two")
}

// installation is as much of a manager as a cache needs.
type installation struct {
	manager.Manager
	config *rest.Config
	client *http.Client
}

func (i installation) GetConfig() *rest.Config     { return i.config }
func (i installation) GetHTTPClient() *http.Client { return i.client }
func (installation) GetScheme() *runtime.Scheme    { return scheme.Scheme }
func (installation) GetRESTMapper() meta.RESTMapper {
	mapper := meta.NewDefaultRESTMapper(nil)
	mapper.Add(corev1.SchemeGroupVersion.WithKind("Secret"), meta.RESTScopeNamespace)
	return mapper
}

// The operator has no permission for Secrets elsewhere, and no business with others of its own namespace.
func TestOneSecretAsksForNoOther(t *testing.T) {
	requests := make(chan *http.Request, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case requests <- r:
		default:
		}
		w.WriteHeader(http.StatusForbidden)
	}))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	secrets, err := oneSecret(installation{config: &rest.Config{Host: server.URL}, client: server.Client()},
		types.NamespacedName{Namespace: "operators", Name: "certificate"})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- mirror{secrets: secrets, dir: t.TempDir()}.run(ctx) }()
	first := <-requests
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if first.URL.Path != "/api/v1/namespaces/operators/secrets" || first.URL.Query().Get("fieldSelector") != "metadata.name=certificate" {
		t.Errorf("asked for %s", first.URL)
	}
}
