package gather

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"
)

// testCluster has a store, an operator of OLM's, and others. What must not be sent has the word planted in it.
func testCluster(t *testing.T) (*server, *rest.Config) {
	t.Helper()
	documents, err := os.ReadFile(filepath.Join("testdata", "cluster.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s, config := start(t, string(documents))
	s.logs["shop images-0 config-agent"] = "laid out\n"
	s.logs["shop images-0 zot"] = "one\nfetch https://u:plantedLog@example.com/x\nlast\n"
	s.logs["shop images-0 zot true"] = "it failed\n"
	return s, config
}

// gather gives what was written, and what was said.
func gatherInto(t *testing.T, options Options) (files map[string]string, said string) {
	t.Helper()
	var out bytes.Buffer
	options.Folder, options.Out = filepath.Join(t.TempDir(), "must-gather"), &out
	if err := Run(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	return tree(t, options.Folder), out.String()
}

func tree(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(folder, name)) // #nosec G304 -- a test
		files[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestGather(t *testing.T) {
	_, config := testCluster(t)
	files, said := gatherInto(t, Options{Config: config})
	want := []string{
		"cluster-scoped-resources/admissionregistration.k8s.io/validatingwebhookconfigurations/vzotartifactstore.artifacts.zot.io-x7k2p.yaml",
		"cluster-scoped-resources/apiextensions.k8s.io/customresourcedefinitions/zotartifactstores.artifacts.zot.io.yaml",
		"cluster-scoped-resources/config.openshift.io/proxies/cluster.yaml",
		"cluster-scoped-resources/core/persistentvolumes/pv-given.yaml",
		"files.txt",
		"kubernetes-version.yaml",
		"namespaces/openshift-operators/apps/deployments.yaml",
		"namespaces/openshift-operators/coordination.k8s.io/leases.yaml",
		"namespaces/openshift-operators/operators.coreos.com/installplans.yaml",
		"namespaces/openshift-operators/operators.coreos.com/operatorgroups.yaml",
		"namespaces/openshift-operators/operators.coreos.com/subscriptions.yaml",
		"namespaces/shop/artifacts.zot.io/zotartifactstores.yaml",
		"namespaces/shop/core/configmaps.yaml",
		"namespaces/shop/core/events.yaml",
		"namespaces/shop/core/persistentvolumeclaims.yaml",
		"namespaces/shop/core/pods.yaml",
		"namespaces/shop/networking.k8s.io/ingresses.yaml",
		"namespaces/shop/pods/images-0/config-agent/config-agent/logs/current.log",
		"namespaces/shop/pods/images-0/zot/zot/logs/current.log",
		"namespaces/shop/pods/images-0/zot/zot/logs/previous.log",
		"namespaces/shop/route.openshift.io/routes.yaml",
		"namespaces/shop/secrets-without-values.yaml",
		"namespaces/shop/shop.yaml",
		"version",
	}
	if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, want) {
		t.Errorf("files:\n%s\nnot:\n%s\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"), files[errorsFile])
	}
	for file, texts := range map[string][]string{
		"version": {"zot-artifact-store-operator/must-gather\n"},
		"namespaces/shop/artifacts.zot.io/zotartifactstores.yaml": {"other: kept", "https://REDACTED@s3.example.com/a"},
		"namespaces/shop/core/pods.yaml":                          {"value: http://REDACTED@proxy.example.com:3128", "value: REDACTED@proxy.example.com:3128", "value: .svc"},
		// Three pages, and numbers as they are.
		"namespaces/shop/core/events.yaml":                       {"message: one", "message: two", "message: three", "count: 12345678", "kind: List\n"},
		"namespaces/shop/core/persistentvolumeclaims.yaml":       {"name: given", "name: of-others"},
		"namespaces/shop/pods/images-0/zot/zot/logs/current.log": {"one\nfetch https://REDACTED@example.com/x\nlast\n"},
		"namespaces/shop/secrets-without-values.yaml": {
			"AWS_ACCESS_KEY_ID: 13\n    AWS_SECRET_ACCESS_KEY: 13\n", "missing: true\n  name: certificate\n", "missing: true\n  name: edge\n", "name: images-generated",
			"missing: true\n  name: pull\n", "session: 0",
		},
		"namespaces/openshift-operators/apps/deployments.yaml": {"name: zot-operator-manager"},
		// Of another version of their group than the one that the server prefers.
		"namespaces/openshift-operators/operators.coreos.com/installplans.yaml": {"kind: Secret\n        name: theirs\n", "status: Created"},
	} {
		for _, text := range texts {
			if !strings.Contains(files[file], text) {
				t.Errorf("%s lacks %q:\n%s", file, text, files[file])
			}
		}
	}
	for file, content := range files {
		others := strings.Contains(strings.ReplaceAll(content, "another.v1", ""), "another")
		if others || strings.HasSuffix(file, "ingresses.yaml") && strings.Contains(content, "of-others") {
			t.Errorf("%s is of others:\n%s", file, content)
		}
	}
	for _, line := range []string{
		"namespace shop: 1 zotartifactstores, 3 events, 1 pods, 1 configmaps, 2 persistentvolumeclaims, 1 ingresses, 1 routes, 3 logs, 5 secrets, without values, 1 volumes\n",
		"namespace openshift-operators: 1 deployments, 1 leases, 1 subscriptions, 1 installplans, 1 operatorgroups\n", "all could be read\n",
	} {
		if !strings.Contains(said, line) {
			t.Errorf("it does not say %q:\n%s", line, said)
		}
	}
}

// Whatever is planted is in the server's answers, and nowhere in what is written or said.
func TestNothingSecretIsWritten(t *testing.T) {
	s, config := testCluster(t)
	s.refused[kind{"", "services"}] = http.StatusForbidden // with an address in the message
	files, said := gatherInto(t, Options{Config: config})
	files["what it said"] = said
	for file, content := range files {
		lower := strings.ToLower(content)
		for _, planted := range []string{"planted", "cgxhbnrlz", "last-applied", "managedfields"} { // planted, in base64, in lower case
			if strings.Contains(lower, planted) {
				t.Errorf("%s has %s:\n%s", file, planted, content)
			}
		}
	}
	if !slices.Contains(s.asked, "GET /api/v1/namespaces/shop/secrets/bucket") {
		t.Error("the planted Secret was not read, so that nothing is shown by this")
	}
	if slices.Contains(s.asked, "GET /api/v1/namespaces/shop/secrets/nobody-names-it") {
		t.Error("a Secret was read that is not ours")
	}
}

func TestWhatCannotBeReadIsTold(t *testing.T) {
	s, config := testCluster(t)
	s.refused[kind{"", "events"}] = http.StatusForbidden
	s.refused[secrets] = http.StatusForbidden
	s.refused[kind{"policy", ""}] = http.StatusInternalServerError
	delete(s.logs, "shop images-0 zot true")
	files, said := gatherInto(t, Options{Config: config})
	for _, want := range []string{
		"events of namespace shop: events is forbidden", "secrets of namespace shop: secrets is forbidden", "secrets shop/bucket: secrets is forbidden",
		"poddisruptionbudgets.policy of namespace shop: asking which kinds /apis/policy/v1 has: the group is away",
		"the previous log of container zot of pod shop/images-0: no log of",
	} {
		if !strings.Contains(files[errorsFile], want) {
			t.Errorf("%q is not told:\n%s", want, files[errorsFile])
		}
	}
	if files["namespaces/shop/core/pods.yaml"] == "" || files["namespaces/shop/pods/images-0/zot/zot/logs/current.log"] == "" {
		t.Error("it did not go on")
	}
	if strings.Contains(files["namespaces/shop/secrets-without-values.yaml"], "missing") {
		t.Error("what may not be read is called missing")
	}
	if !strings.Contains(said, "could not be read, see errors.txt") {
		t.Errorf("it says:\n%s", said)
	}
}

func TestNoCluster(t *testing.T) {
	s, config := testCluster(t)
	config.Host = "http://127.0.0.1:1"
	err := Run(t.Context(), Options{Config: config, Folder: t.TempDir(), Out: &bytes.Buffer{}})
	if err == nil || !strings.Contains(err.Error(), "the API server does not say its version") || len(s.asked) > 0 {
		t.Errorf("got %v", err)
	}
}

func TestNothingOfOurs(t *testing.T) {
	_, config := start(t, "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: n}")
	files, _ := gatherInto(t, Options{Config: config})
	if !strings.Contains(files[errorsFile], "no store and no operator is found") {
		t.Errorf("it tells:\n%s", files[errorsFile])
	}
}

// A signal ends it; what is there is listed, and that it is not all.
func TestEnded(t *testing.T) {
	_, config := testCluster(t)
	ctx, cancel := context.WithCancel(t.Context())
	folder := t.TempDir()
	err := Run(ctx, Options{Config: config, Folder: folder, Out: writerFunc(func(line string) {
		if strings.HasPrefix(line, "namespace openshift-operators") {
			cancel()
		}
	})})
	if err == nil || !strings.Contains(err.Error(), "ended before all was collected") {
		t.Errorf("got %v", err)
	}
	files := tree(t, folder)
	if !strings.Contains(files[errorsFile], "ended before") || !strings.Contains(files[filesFile], "apps/deployments.yaml") {
		t.Errorf("errors:\n%s\nfiles:\n%s", files[errorsFile], files[filesFile])
	}
}

type writerFunc func(string)

func (f writerFunc) Write(p []byte) (int, error) {
	f(string(p))
	return len(p), nil
}

func TestNoSpace(t *testing.T) {
	_, config := testCluster(t)
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "namespaces"), nil, 0o600); err != nil { // where a folder should be
		t.Fatal(err)
	}
	var failed *writeError
	if err := Run(t.Context(), Options{Config: config, Folder: folder, Out: &bytes.Buffer{}}); !errors.As(err, &failed) {
		t.Errorf("got %v", err)
	}
}

func TestLogs(t *testing.T) {
	s, config := testCluster(t)
	since := time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC)
	s.logs = map[string]string{"shop images-0 zot  2026-11-30T05:00:00Z": strings.Repeat("0123456789\n", 1000) + "the end\n"}
	files, _ := gatherInto(t, Options{Config: config, Since: since, LogLimit: 31})
	const file = "namespaces/shop/pods/images-0/zot/zot/logs/current.log"
	if got := files[file]; got != "0123456789\n0123456789\nthe end\n" {
		t.Errorf("got %q", got)
	}
	if want := file + "  (the end of it: 10978 bytes before are left out)\n"; !strings.Contains(files[filesFile], want) {
		t.Errorf("%q is not told:\n%s", want, files[filesFile])
	}
}

// What a store owns is what the operator may make, so what it may read is collected.
func TestAllThatTheOperatorMayRead(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "config", "rbac", "role.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var role rbacv1.ClusterRole
	if err := yaml.Unmarshal(data, &role); err != nil {
		t.Fatal(err)
	}
	collected := map[kind]bool{}
	for _, one := range slices.Concat(namespaced, clusterWide) {
		collected[one.kind] = true
	}
	number := 0
	for _, one := range role.Rules {
		if !slices.Contains(one.Verbs, "list") {
			continue
		}
		for _, group := range one.APIGroups {
			for _, resource := range one.Resources {
				number++
				if of := (kind{group, resource}); !collected[of] {
					t.Errorf("%v is in the operator's role and not collected", of)
				}
			}
		}
	}
	if number < 10 {
		t.Errorf("the role has %d kinds that may be listed: is it read well?", number)
	}
}

// Every field of the API that names a Secret is found by its name.
func TestSecretsOfTheAPI(t *testing.T) {
	found := map[string]bool{}
	namedSecrets(map[string]any{
		"secretName": "a", "pullSecrets": []any{"b"}, "imagePullSecrets": []any{map[string]any{"name": "c"}},
		"list":              []any{map[string]any{"valueFrom": map[string]any{"secretKeyRef": map[string]any{"name": "d", "key": "no"}}}},
		"volumes":           []any{map[string]any{"secret": map[string]any{"secretName": "e", "optional": true}}},
		"objectBucketClaim": "f", "name": "no", "credentialsSecret": "",
	}, found)
	if got := strings.Join(slices.Sorted(maps.Keys(found)), ""); got != "abcdef" {
		t.Errorf("found %q", got)
	}
	crd, err := os.ReadFile(filepath.Join("..", "..", "..", "config", "crd", "zotartifactstore_crd.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(crd)) {
		line = strings.ToLower(strings.TrimSpace(line))
		if name, isField := strings.CutSuffix(line, ":"); isField && strings.Contains(name, "credential") && !strings.Contains(name, "secret") {
			t.Errorf("does %s name a Secret?", name)
		}
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"http://user:pass@host:1/x":                                         "http://REDACTED@host:1/x",
		"redis://:p@ss@host":                                                "redis://REDACTED@host",
		"see https://example.com/a@b, and https://token@host.":              "see https://example.com/a@b, and https://REDACTED@host.",
		"mail me@example.com":                                               "mail me@example.com",
		"a\n-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\nb": "a\nREDACTED\nb",
		"-----BEGIN EC PRIVATE KEY-----\ncut off":                           "REDACTED",
		"-----BEGIN CERTIFICATE-----":                                       "-----BEGIN CERTIFICATE-----",
	} {
		if got := cleanText(text); got != want {
			t.Errorf("%q becomes %q, not %q", text, got, want)
		}
	}
	for address, want := range map[string]string{
		"http://u:p@h:1": "http://REDACTED@h:1", "u:p@h": "REDACTED@h", "http://h": "http://h", "": "", "http://u:a/b@c@h": "http://REDACTED@h",
	} {
		if got := cleanAddress(address); got != want {
			t.Errorf("%q becomes %q, not %q", address, got, want)
		}
	}
}
