package console

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	olm "github.com/operator-framework/api/pkg/operators/v1alpha1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/validation"
)

const manifests = "../../bundle/manifests"

func load(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(manifests, file))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

// operand is what the console reads from the cluster.
func operand(t *testing.T) ([]byte, apiextensionsv1.JSONSchemaProps) {
	t.Helper()
	crd, csv := apiextensionsv1.CustomResourceDefinition{}, olm.ClusterServiceVersion{}
	load(t, "artifacts.zot.io_zotartifactstores.yaml", &crd)
	load(t, "zot-artifact-store-operator.clusterserviceversion.yaml", &csv)
	schema := crd.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"]
	out, err := json.Marshal(map[string]any{
		"schema": schema, "descriptors": csv.Spec.CustomResourceDefinitions.Owned[0].SpecDescriptors,
		"sample": json.RawMessage(csv.Annotations["operatorframework.io/initialization-resource"]),
		"resources": map[string][]string{
			"Secret": {"s3-credentials", "keycloak-secret"}, "StorageClass": {"standard"}, "ConfigMap": {"authorities"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, schema
}

// open shows the form in a browser, and skips the test where there is none.
func open(t *testing.T) (context.Context, apiextensionsv1.JSONSchemaProps) {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("needs chromium: hack/chromium.sh installs it")
	}
	data, schema := operand(t)
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir("testdata")))
	mux.HandleFunc("/operand.json", func(to http.ResponseWriter, _ *http.Request) { _, _ = to.Write(data) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)

	// Root may run no sandbox. The browser goes to the server of the test alone.
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox)
	ctx, stopAllocator := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stopAllocator)
	ctx, stopBrowser := chromedp.NewContext(ctx)
	t.Cleanup(stopBrowser)
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	do(ctx, t, chromedp.Navigate(server.URL+"/form.html"))
	if !ask[bool](ctx, t, `window.ready`) {
		t.Fatal("the form is not there")
	}
	return ctx, schema
}

func do(ctx context.Context, t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

func ask[T any](ctx context.Context, t *testing.T, script string) T {
	t.Helper()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return out
}

// visible says whether a person sees it.
func visible(ctx context.Context, t *testing.T, selector string) bool {
	t.Helper()
	return ask[bool](ctx, t, `(() => { const at = document.querySelector('`+selector+`'); return !!at && at.offsetParent !== null })()`)
}

// unfold opens a block, as a click on its title does.
func unfold(ctx context.Context, t *testing.T, selector string) {
	t.Helper()
	do(ctx, t, chromedp.Click(chromedp.CSS(selector+" > .toggle")))
}

// put fills in a field.
func put(ctx context.Context, t *testing.T, path, value string) {
	t.Helper()
	if !visible(ctx, t, `[data-field="`+path+`"]`) {
		t.Fatalf("a person does not see the field %s", path)
	}
	ask[bool](ctx, t, `(() => { const at = document.getElementById('`+path+`');
		if (at.type === 'checkbox') at.checked = '`+value+`' === 'true'; else at.value = '`+value+`';
		at.dispatchEvent(new Event('change')); return at.type === 'checkbox' || at.value === '`+value+`' })()`)
	if got := ask[string](ctx, t, `((at) => at.type === 'checkbox' ? String(at.checked) : at.value)(document.getElementById('`+path+`'))`); got != value {
		t.Fatalf("field %s takes %q for %q", path, got, value)
	}
}

// create clicks the button, and gives the store that an API server would get. The webhook would let it pass.
func create(ctx context.Context, t *testing.T) v1alpha1.ZotArtifactStoreSpec {
	t.Helper()
	do(ctx, t, chromedp.Click(chromedp.CSS("#create")))
	made := ask[json.RawMessage](ctx, t, `window.created`)
	store := v1alpha1.ZotArtifactStore{}
	if err := yaml.UnmarshalStrict(made, &store); err != nil {
		t.Fatalf("%s: %v", made, err)
	}
	store.Namespace = "default"
	if found := validation.Validate(validation.Input{New: &store}); len(found) > 0 {
		t.Fatalf("%s: %v", made, found.ToAggregate())
	}
	return store.Spec
}

// Every field that is no map, and in no list, is in the form, with the widget for it and with help.
func TestEveryFieldIsInTheForm(t *testing.T) {
	ctx, schema := open(t)
	type shown struct {
		Path, Widget, Resource string
		Described              bool
	}
	found := map[string]shown{}
	for _, one := range ask[[]shown](ctx, t, `window.shown`) {
		found[one.Path] = one
		if !one.Described {
			t.Errorf("spec.%s has no help", one.Path)
		}
	}
	expected := map[string]shown{
		"storage.type": {Widget: "select"}, "storage.size": {Widget: "text"}, "replicas": {Widget: "podCount"},
		"storage.storageClassName": {Widget: "resource", Resource: "StorageClass"}, "resources": {Widget: "resourceRequirements"},
		"storage.s3.accessKeySecret": {Widget: "resource", Resource: "Secret"}, "http.port": {Widget: "number"},
		"extensions.rbac.enabled": {Widget: "booleanSwitch"}, "image.pullPolicy": {Widget: "imagePullPolicy"},
		"caBundle.configMapName": {Widget: "resource", Resource: "ConfigMap"},
	}
	for path, want := range expected {
		if got := found[path]; got.Widget != want.Widget || got.Resource != want.Resource {
			t.Errorf("spec.%s has widget %+v, want %+v", path, got, want)
		}
	}
	count := 0
	var leaves func(apiextensionsv1.JSONSchemaProps, string)
	leaves = func(schema apiextensionsv1.JSONSchemaProps, path string) {
		for name, child := range schema.Properties {
			at := strings.TrimPrefix(path+"."+name, ".")
			switch {
			case slices.Contains([]string{"resources", "affinity"}, name) || child.Type == "array" || child.AdditionalProperties != nil:
			case child.Type == "object":
				leaves(child, at)
			default:
				count++
				if _, there := found[at]; !there {
					t.Errorf("spec.%s is not in the form", at)
				}
			}
		}
	}
	leaves(schema, "")
	if count < 80 {
		t.Errorf("only %d fields were looked for", count)
	}
}

// Somebody who changes nothing gets the first store; what few people need is folded away, and what belongs to other storage is not there.
func TestFirstStore(t *testing.T) {
	ctx, _ := open(t)
	unfold(ctx, t, `[data-block="storage"]`)
	for selector, want := range map[string]bool{
		`[data-field="storage.type"]`: true, `[data-field="storage.size"]`: true, `[data-field="replicas"]`: true,
		`[data-block="storage.s3"]`: false, `[data-block="storage.azure"]`: false, `[data-field="storage.deletionPolicy"]`: false,
		`[data-block="image"]`: false, `[data-block="scheduling"]`: false,
	} {
		if got := visible(ctx, t, selector); got != want {
			t.Errorf("%s is seen: %t", selector, got)
		}
	}
	unfold(ctx, t, `[data-advanced=""]`)
	if !visible(ctx, t, `[data-block="image"]`) {
		t.Error("the advanced fields do not unfold")
	}
	put(ctx, t, "storage.size", "30Gi")
	if spec := create(ctx, t); spec.Storage.Type != v1alpha1.StorageFilesystem || spec.Storage.Size.String() != "30Gi" {
		t.Errorf("made %+v", spec.Storage)
	}
}

func TestS3(t *testing.T) {
	ctx, _ := open(t)
	unfold(ctx, t, `[data-block="storage"]`)
	put(ctx, t, "storage.type", "s3")
	if !visible(ctx, t, `[data-block="storage.s3"]`) {
		t.Fatal("the block of S3 does not come with its type")
	}
	unfold(ctx, t, `[data-block="storage.s3"]`)
	put(ctx, t, "storage.s3.region", "us-east-1")
	put(ctx, t, "storage.s3.bucket", "artifacts")
	put(ctx, t, "storage.s3.accessKeySecret", "s3-credentials")
	put(ctx, t, "storage.s3.secretKeySecret", "s3-credentials")
	spec := create(ctx, t)
	if s3 := spec.Storage.S3; s3 == nil || s3.Bucket != "artifacts" || s3.AccessKeySecret != "s3-credentials" {
		t.Errorf("made %+v", spec.Storage)
	}
}

func TestKeycloak(t *testing.T) {
	ctx, _ := open(t)
	unfold(ctx, t, `[data-block="extensions"]`)
	unfold(ctx, t, `[data-block="extensions.rbac"]`)
	if visible(ctx, t, `[data-block="extensions.rbac.keycloak"]`) {
		t.Error("the block of Keycloak is there before it is asked for")
	}
	put(ctx, t, "extensions.rbac.enabled", "true")
	unfold(ctx, t, `[data-block="extensions.rbac.keycloak"]`)
	put(ctx, t, "extensions.rbac.keycloak.url", "https://keycloak.example.com")
	put(ctx, t, "extensions.rbac.keycloak.realm", "myrealm")
	put(ctx, t, "extensions.rbac.keycloak.clientId", "zot")
	put(ctx, t, "extensions.rbac.keycloak.clientSecretName", "keycloak-secret")
	do(ctx, t, chromedp.ScrollIntoView(chromedp.CSS(`[id="externalURL"]`)))
	put(ctx, t, "externalURL", "https://registry.example.com")
	spec := create(ctx, t)
	if keycloak := spec.Extensions.RBAC.Keycloak; keycloak == nil || keycloak.Realm != "myrealm" || spec.ExternalURL == "" {
		t.Errorf("made %+v", spec.Extensions.RBAC)
	}
}
