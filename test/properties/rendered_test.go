package properties

import (
	"encoding/json"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/controllers/extensions"
	"github.com/zot-artifact-store/operator/controllers/networking"
	"github.com/zot-artifact-store/operator/controllers/storage"
	"github.com/zot-artifact-store/operator/controllers/workload"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

// able is a cluster that has everything.
var able = capabilities.Capabilities{
	Route: true, HTTPRoute: true, HTTPRouteTimeouts: true, BackendTLSPolicy: true, Certificate: true, PodDisruptionBudget: true,
	NamedNamespaces: true,
}

// plans are what every component wants for a store that has nothing yet, in the store's life's first pass but with its claim.
func plans(t failer, object *v1alpha1.ZotArtifactStore) []component.Plan {
	t.Helper()
	store := component.Store{Object: object, Spec: defaults.Effective(object.Spec, defaults.Upstream())}
	var out []component.Plan
	add := func(plan component.Plan, err error) {
		if err != nil {
			t.Fatalf("an admissible store has no plan: %v\n%s", err, written(object))
		}
		out = append(out, plan)
	}
	add(storage.Component{}.Plan(store, storage.Facts{}))
	add(workload.Component{AgentImage: "agent"}.Plan(store, workload.Facts{Capabilities: able, ClaimExists: true, Issued: true}))
	add(networking.Component{Namespace: "zot-operator-system", ClusterDomain: defaults.ClusterDomain}.Plan(store, networking.Facts{
		Capabilities: able, RouteAPI: true, HTTPRouteAPI: true, BackendTLSPolicyAPI: true, CertificateAPI: true,
	}))
	add(extensions.Component{Image: "agent"}.Plan(store, extensions.Facts{ServiceMonitorAPI: true}))
	return out
}

// objects are all that is written for a store.
func objects(t failer, store *v1alpha1.ZotArtifactStore) []runtime.ApplyConfiguration {
	t.Helper()
	var out []runtime.ApplyConfiguration
	for _, plan := range plans(t, store) {
		out = append(out, plan.All()...)
		for _, once := range plan.Once {
			out = append(out, once.Object)
		}
	}
	return out
}

// rendered are the objects by kind, as JSON. The two config maps are Boot and Live. The hash of the boot document is left out
// of all of them: it is in names and in the pods' annotations, so that every object would seem to change with Boot.
func rendered(t failer, store *v1alpha1.ZotArtifactStore) map[string]string {
	t.Helper()
	hash := render(t, store).Hash
	out := map[string]string{}
	for _, object := range objects(t, store) {
		data, err := json.Marshal(object)
		if err != nil {
			t.Fatalf("write an object: %v", err)
		}
		var head struct {
			Kind     string `json:"kind"`
			Metadata struct {
				Name        string            `json:"name"`
				Annotations map[string]string `json:"annotations"`
			} `json:"metadata"`
		}
		if err := json.Unmarshal(data, &head); err != nil {
			t.Fatalf("read an object: %v", err)
		}
		text := strings.ReplaceAll(string(data), hash, "HASH")
		// A hash over the pods, with the other one in it.
		if own := head.Metadata.Annotations["artifacts.zot.io/template"]; own != "" {
			text = strings.ReplaceAll(text, own, "TEMPLATE")
		}
		kind := head.Kind
		if strings.HasPrefix(head.Metadata.Name, store.Name+"-s3") {
			kind = beside + kind
		}
		switch {
		case strings.Contains(head.Metadata.Name, "-boot-"):
			kind = "Boot"
		case strings.Contains(head.Metadata.Name, "-live-"):
			kind = "Live"
		case strings.Contains(head.Metadata.Name, "-member-1"):
			kind = "MemberService"
		case strings.Contains(head.Metadata.Name, "-member-"):
			continue // As the other one, but for its number.
		}
		if _, twice := out[kind]; twice {
			t.Fatalf("there are two objects of the kind %s: tell them apart here", kind)
		}
		out[kind] = text
	}
	return out
}
