package workload

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

const zotRepository = "ghcr.io/project-zot/zot"

// placing is a StatefulSet whose zot has that image, put there by the operator.
func placing(image string) *appsv1.StatefulSet {
	out := &appsv1.StatefulSet{}
	out.Annotations = map[string]string{templateAnnotation: marked("0123456789", "agent", image)}
	out.Spec.Template.Spec.Containers = []corev1.Container{{Name: "istio-proxy", Image: "proxy:v1"}, {Name: "zot", Image: image}}
	return out
}

// replaced is the same with an image that somebody else has put there since.
func replaced(by string) *appsv1.StatefulSet {
	out := placing(zotRepository + ":v2.1.20")
	out.Spec.Template.Spec.Containers[1].Image = by
	return out
}

// unseen is a store that no webhook has seen, under an operator with that default.
func unseen(object *v1alpha1.ZotArtifactStore, image defaults.ImageRef) component.Store {
	return component.Store{Object: object, Spec: defaults.Effective(object.Spec, defaults.Operator{ZotImage: image})}
}

func TestResolved(t *testing.T) {
	upgraded := defaults.ImageRef{Repository: zotRepository, Tag: "v2.2.0"}
	moved := defaults.ImageRef{Repository: "mirror/zot", Tag: "v2.2.0"}
	digested := defaults.ImageRef{Repository: zotRepository, Tag: "v2.2.0", Digest: "sha256:2"}
	running, pinned, own := placing(zotRepository+":v2.1.20"), placing(zotRepository+"@sha256:1"), placing("mirror:5000/zot:v2.1.20")
	type image struct{ Reference, Tag string }
	kept := image{zotRepository + ":v2.1.20", "v2.1.20"}
	fallback := image{zotRepository + ":v2.2.0", "v2.2.0"}
	for name, tc := range map[string]struct {
		asked    *v1alpha1.ImageSpec
		operator defaults.ImageRef
		live     *appsv1.StatefulSet
		want     image
	}{
		"new":                             {nil, upgraded, nil, fallback},
		"runs":                            {nil, upgraded, running, kept},
		"runs, the default has a digest":  {nil, digested, running, kept},
		"runs, the default moved":         {nil, moved, running, kept},
		"runs, by a digest":               {nil, upgraded, pinned, image{zotRepository + "@sha256:1", "v2.1.16"}},
		"runs, from a host with a port":   {nil, upgraded, own, image{"mirror:5000/zot:v2.1.20", "v2.1.20"}},
		"runs, the pull policy is asked":  {&v1alpha1.ImageSpec{PullPolicy: "Always"}, upgraded, running, kept},
		"its own repository is asked":     {&v1alpha1.ImageSpec{Repository: zotRepository}, upgraded, running, kept},
		"its own tag, the default moved":  {&v1alpha1.ImageSpec{Tag: "v2.1.20"}, moved, running, kept},
		"another tag":                     {&v1alpha1.ImageSpec{Tag: "v2.1.21"}, upgraded, running, image{zotRepository + ":v2.1.21", "v2.1.21"}},
		"another repository":              {&v1alpha1.ImageSpec{Repository: "mirror/zot"}, upgraded, running, image{"mirror/zot:v2.2.0", "v2.2.0"}},
		"a digest and a tag":              {&v1alpha1.ImageSpec{Tag: "v2.1.21", Digest: "sha256:0"}, upgraded, running, image{zotRepository + "@sha256:0", "v2.1.21"}},
		"a digest":                        {&v1alpha1.ImageSpec{Digest: "sha256:0"}, upgraded, running, image{zotRepository + "@sha256:0", ""}},
		"its own digest, and another tag": {&v1alpha1.ImageSpec{Tag: "v2.1.18", Digest: "sha256:1"}, upgraded, pinned, image{zotRepository + "@sha256:1", "v2.1.18"}},
		"its own digest alone":            {&v1alpha1.ImageSpec{Digest: "sha256:1"}, moved, pinned, image{zotRepository + "@sha256:1", ""}},
		"a tag instead of the digest":     {&v1alpha1.ImageSpec{Tag: "v2.1.16"}, upgraded, pinned, image{zotRepository + ":v2.1.16", "v2.1.16"}},
		"somebody has put another there":  {nil, upgraded, replaced("example.com/somebody-elses:v1"), fallback},
		"somebody has put a newer there":  {nil, upgraded, replaced(zotRepository + ":v2.1.21"), fallback},
		"somebody has taken the mark":     {nil, upgraded, &appsv1.StatefulSet{Spec: running.Spec}, fallback},
		"somebody has taken it away":      {nil, upgraded, &appsv1.StatefulSet{ObjectMeta: running.ObjectMeta}, fallback},
	} {
		t.Run(name, func(t *testing.T) {
			object := &v1alpha1.ZotArtifactStore{Spec: v1alpha1.ZotArtifactStoreSpec{Image: tc.asked}}
			object.Status.Version = "v2.1.16"
			store := unseen(object, tc.operator)
			before := *store.Spec.Image
			got := resolved(store, tc.live)
			if diff := cmp.Diff(tc.want, image{reference(*got.Spec.Image), got.Spec.Image.Tag}); diff != "" {
				t.Error(diff)
			}
			if got.Spec.Image.PullPolicy != before.PullPolicy {
				t.Errorf("pulls %s", got.Spec.Image.PullPolicy)
			}
			if diff := cmp.Diff(before, *store.Spec.Image); diff != "" {
				t.Errorf("the store that was given has changed: %s", diff)
			}
			if diff := cmp.Diff(got, resolved(got, tc.live)); diff != "" {
				t.Errorf("not the same the second time: %s", diff)
			}
		})
	}
}

// A store that the webhook has not seen keeps its zot when another version of the operator comes, and the configuration that was
// rendered for it: the newer default may know keys with which the older zot does not start.
func TestAnotherDefaultChangesNothing(t *testing.T) {
	tags := []string{"v2.1.16", "v2.1.20", "v2.1.99", "latest"}
	fixtures.Each(t, func(t *testing.T, c fixtures.Case) {
		c.Store.Spec.Image = nil
		for _, first := range tags {
			store := unseen(c.Store, defaults.ImageRef{Repository: zotRepository, Tag: first})
			facts := Facts{ClaimExists: true, Issued: true, Capabilities: c.Cluster}
			made := set(t, "operator:v1", store, facts)
			if made == nil {
				t.Skip("no zot is started")
			}
			facts.Workload = live(made)
			facts.Workload.Namespace, facts.Workload.Name = c.Store.Namespace, names.Workload(c.Store.Name)
			before := planned(t, store, facts)
			cached := cacheOf(t, facts.Workload)
			configuration := observed(t, cached, store)
			for _, later := range tags {
				store := unseen(c.Store, defaults.ImageRef{Repository: zotRepository, Tag: later})
				if diff := cmp.Diff(before, planned(t, store, facts)); diff != "" {
					t.Errorf("made with %s, now %s: %s", first, later, diff)
				}
				if diff := cmp.Diff(configuration, observed(t, cached, store)); diff != "" {
					t.Errorf("made with %s, now %s: asks agents for another configuration: %s", first, later, diff)
				}
			}
		}
	})
}

// The test above proves something only as long as the versions differ in what is rendered for them.
func TestDefaultsDiffer(t *testing.T) {
	configuration := map[string]bool{}
	for _, tag := range []string{"v2.1.16", "v2.1.20"} {
		store := unseen(fixtures.Load(t, "minimal").Store, defaults.ImageRef{Repository: zotRepository, Tag: tag})
		store.Object.Spec.Image = nil
		configuration[observed(t, cacheOf(t), store).Boot] = true
	}
	if len(configuration) != 2 {
		t.Error("the same is rendered for both")
	}
}

// What a digest has been found to be stays known, and with it what is rendered for it.
func TestVersionOfADigestIsKept(t *testing.T) {
	object := &v1alpha1.ZotArtifactStore{Spec: v1alpha1.ZotArtifactStoreSpec{}}
	object.Status.Version = "v2.1.16"
	store := unseen(object, defaults.ImageRef{Repository: zotRepository, Tag: "v2.1.20"})
	if got := runningVersion(store, placing(zotRepository+"@sha256:1")); got != "v2.1.16" {
		t.Errorf("got %q", got)
	}
	if got := runningVersion(store, replaced(zotRepository+"@sha256:2")); got != "" {
		t.Errorf("somebody else's is known as %q", got)
	}
}

func planned(t *testing.T, store component.Store, facts Facts) component.Plan {
	t.Helper()
	plan, err := Component{AgentImage: "operator:v2"}.Plan(store, facts)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// bare is a cluster that can do nothing that others cannot.
type bare struct{ capabilities.Client }

func (bare) GroupsAndMaybeResources() (
	*metav1.APIGroupList, map[schema.GroupVersion]*metav1.APIResourceList, map[schema.GroupVersion]error, error,
) {
	return &metav1.APIGroupList{}, nil, nil, nil
}

// lacking is an API that the cluster does not have.
type lacking struct{}

func (lacking) Served(context.Context) (served bool, again time.Duration, err error) {
	return false, 0, nil
}

// cacheOf reads those objects, and no others.
func cacheOf(t *testing.T, objects ...client.Object) client.Reader {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build()
}

// observed is the configuration for which agents are asked.
func observed(t *testing.T, cached client.Reader, store component.Store) v1alpha1.ConfigurationStatus {
	t.Helper()
	discovered, err := capabilities.NewDiscovery(bare{})
	if err != nil {
		t.Fatal(err)
	}
	c := New("operator:v2", &agents{}, discovered)
	c.Routes, c.Certificates = lacking{}, lacking{}
	facts, err := c.Observe(t.Context(), cached, store)
	if err != nil {
		t.Fatal(err)
	}
	return facts.Configuration
}
