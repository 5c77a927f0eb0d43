package apply

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

var owner = Owner{NamespacedName: types.NamespacedName{Namespace: "zot-system", Name: "sample"}, UID: "now"}

func TestControls(t *testing.T) {
	ours := map[string]string{"app.kubernetes.io/managed-by": "zot-operator", "artifacts.zot.io/store": "sample"}
	controlled := func(kind, name, uid string) *corev1.Service {
		return &corev1.Service{ObjectMeta: metav1.ObjectMeta{Labels: ours, OwnerReferences: []metav1.OwnerReference{{
			APIVersion: "artifacts.zot.io/v1alpha1", Kind: kind, Name: name, UID: types.UID(uid), Controller: new(true),
		}}}}
	}
	loose := func(labels map[string]string) *corev1.Service {
		return &corev1.Service{ObjectMeta: metav1.ObjectMeta{Labels: labels}}
	}
	for name, tc := range map[string]struct {
		live *corev1.Service
		want Outcome
	}{
		"this store's":                    {controlled("ZotArtifactStore", "sample", "now"), Unchanged},
		"a deleted store's, of this name": {controlled("ZotArtifactStore", "sample", "before"), Former},
		"another store's":                 {controlled("ZotArtifactStore", "other", "before"), Foreign},
		"another controller's":            {controlled("Deployment", "sample", "before"), Foreign},
		"nobody's, with our labels":       {loose(ours), Unchanged},
		"nobody's, without labels":        {loose(nil), Foreign},
		"nobody's, with another store's label": {
			loose(map[string]string{"app.kubernetes.io/managed-by": "zot-operator", "artifacts.zot.io/store": "other"}), Foreign,
		},
		"nobody's, managed by another": {
			loose(map[string]string{"app.kubernetes.io/managed-by": "Helm", "artifacts.zot.io/store": "sample"}), Foreign,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := controls(owner, tc.live); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestAlreadySent(t *testing.T) {
	wanted := mustParse(t, service())
	for name, tc := range map[string]struct {
		last    sent
		version string
		cached  bool
		want    Outcome
		already bool
	}{
		"the cache shows what was there before":     {sent{wanted.hash, "1", "2"}, "1", true, Sent, true},
		"the cache shows the answer: compare":       {sent{wanted.hash, "1", "2"}, "2", true, "", false},
		"the cache shows something newer: compare":  {sent{wanted.hash, "1", "2"}, "3", true, "", false},
		"the server had nothing to change":          {sent{wanted.hash, "1", "1"}, "1", true, Unchanged, true},
		"created, and not in the cache yet":         {sent{wanted.hash, "", "2"}, "2", false, Sent, true},
		"not in the cache, and changed by somebody": {sent{wanted.hash, "", "2"}, "3", false, "", false},
		"something else was sent":                   {sent{"another", "1", "2"}, "1", true, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			a := &Applier{sent: map[types.NamespacedName]memory{
				owner.NamespacedName: {uid: owner.UID, refs: map[Ref]sent{wanted.ref: tc.last}},
			}}
			got, already := a.alreadySent(owner, wanted, tc.version, tc.cached)
			if got != tc.want || already != tc.already {
				t.Errorf("got %q %v, want %q %v", got, already, tc.want, tc.already)
			}
			successor := owner
			successor.UID = "later"
			if _, already := a.alreadySent(successor, wanted, tc.version, tc.cached); already {
				t.Error("what was sent for a store counts for its successor")
			}
		})
	}
}

// A store that lives for years has had many configurations, each with config maps of other names.
func TestWhatIsDeletedIsNotRemembered(t *testing.T) {
	config := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
		Namespace: owner.Namespace, Name: "sample-boot-0",
		OwnerReferences: []metav1.OwnerReference{{Kind: "ZotArtifactStore", Name: owner.Name, UID: owner.UID, Controller: new(true)}},
	}}
	cluster := fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithObjects(config).Build()
	ref := Ref{GroupVersionKind: corev1.SchemeGroupVersion.WithKind("ConfigMap"), Namespace: config.Namespace, Name: config.Name}
	a := New(cluster, cluster, "zot-workload")
	a.of(owner).refs[ref] = sent{hash: "0"}
	report := a.Apply(t.Context(), owner, nil, []Ref{ref})
	if len(report.With(Deleted)) != 1 || len(a.of(owner).refs) > 0 {
		t.Errorf("got %v, and remember %v", report, a.of(owner).refs)
	}
	if err := cluster.Get(t.Context(), client.ObjectKeyFromObject(config), config); err == nil {
		t.Error("it is still there")
	}
}
