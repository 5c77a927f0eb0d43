package extensions_test

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	appsac "k8s.io/client-go/applyconfigurations/apps/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/controllers/extensions"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

const address = "http://s3-api-s3.zot-system.svc:9000"

// s3Store is the fixture of a store with the S3 API and defaults.
func s3Store(t *testing.T) component.Store {
	t.Helper()
	c := fixtures.Load(t, "s3-api")
	return component.Store{Object: c.Store, Spec: c.Spec}
}

// deployment is a live one as the plan wants it, which serves or not.
func deployment(t *testing.T, store component.Store, image string, ready int32) *appsv1.Deployment {
	t.Helper()
	plan, err := extensions.Component{Image: image}.Plan(store, extensions.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	wanted := planned(t, plan)
	live := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Annotations: wanted.Annotations}}
	live.Spec.Template.Spec.Containers = []corev1.Container{{Image: *wanted.Spec.Template.Spec.Containers[0].Image}}
	live.Status = appsv1.DeploymentStatus{Replicas: 1, UpdatedReplicas: 1, AvailableReplicas: ready}
	return live
}

// planned is the Deployment of a plan.
func planned(t *testing.T, plan component.Plan) *appsac.DeploymentApplyConfiguration {
	t.Helper()
	for _, object := range plan.Then {
		if deployment, ok := object.(*appsac.DeploymentApplyConfiguration); ok {
			return deployment
		}
	}
	t.Fatal("no Deployment is planned")
	return nil
}

func TestAssessS3(t *testing.T) {
	store := s3Store(t)
	with := func(change func(*extensions.S3Facts)) extensions.S3Facts {
		facts := extensions.S3Facts{Deployment: deployment(t, store, "image", 0)}
		change(&facts)
		return facts
	}
	pod := func(change func(*corev1.Pod)) []corev1.Pod {
		out := corev1.Pod{Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{Name: "s3-gateway", Image: "image"}}}}
		change(&out)
		return []corev1.Pod{out}
	}
	for name, tc := range map[string]struct {
		facts           extensions.S3Facts
		reason, message string
		again           time.Duration
	}{
		"new": {extensions.S3Facts{}, "Progressing", "S3 API: the gateway is being created.", 0},
		"serves": {
			extensions.S3Facts{Deployment: deployment(t, store, "image", 1)}, "ExtensionsConfigured", "The S3 API serves at " + address + ".", 0,
		},
		"an older pod serves": {
			with(func(f *extensions.S3Facts) {
				f.Deployment.Status.AvailableReplicas, f.Deployment.Status.Replicas = 1, 2
			}), "Progressing", "S3 API: the gateway does not serve yet. If it stays so: " +
				"`kubectl describe pod -n zot-system -l app.kubernetes.io/name=zot-s3-gateway` says why.", 0,
		},
		"its storage is away": {
			with(func(f *extensions.S3Facts) { f.Problem = `bucket "objects": Access Denied. (403 AccessDenied)` }), "ObjectAPINotReady",
			`S3 API: the gateway runs and does not serve: bucket "objects": Access Denied. (403 AccessDenied).`, 10 * time.Second,
		},
		"its root keys are gone": {
			with(func(f *extensions.S3Facts) {
				f.Problem = `the access-key is missing: the store's namespace needs Secret "s3-api-s3-root"`
			}),
			"Progressing", "S3 API: Secret s3-api-s3-root with the root keys is not there; it is made anew, with other keys.", 10 * time.Second,
		},
		"it does not answer": {
			with(func(f *extensions.S3Facts) { f.Silent = "no answer" }), "Progressing", "S3 API: the gateway does not serve yet. If it stays so: " +
				"`kubectl describe pod -n zot-system -l app.kubernetes.io/name=zot-s3-gateway` says why.", 10 * time.Second,
		},
		"it has ended": {with(func(f *extensions.S3Facts) {
			f.Pods = pod(func(p *corev1.Pod) {
				p.Status.ContainerStatuses[0].LastTerminationState.Terminated = &corev1.ContainerStateTerminated{Message: "certificate and key differ"}
			})
		}), "ObjectAPINotReady", "S3 API: the gateway has ended: certificate and key differ.", 0},
		"its image is not there": {with(func(f *extensions.S3Facts) {
			f.Pods = pod(func(p *corev1.Pod) {
				p.Status.ContainerStatuses[0].State.Waiting = &corev1.ContainerStateWaiting{Reason: "ErrImagePull", Message: "not found"}
			})
		}), "ImagePullFailed", "S3 API: image image cannot be pulled: not found.", 0},
		"no node takes it": {with(func(f *extensions.S3Facts) {
			f.Pods = pod(func(p *corev1.Pod) {
				p.Status.Conditions = []corev1.PodCondition{{
					Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable, Message: "0/1 nodes",
				}}
			})
		}), "PodUnschedulable", "S3 API: no node takes its pod: 0/1 nodes.", 0},
		"its volume is not there": {with(func(f *extensions.S3Facts) {
			claim := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: "s3-api-s3-data", Namespace: "zot-system"}}
			claim.Status.Phase = corev1.ClaimPending
			f.Claim = &resources.LiveClaim{PersistentVolumeClaim: claim}
		}), "WaitingForVolume", "S3 API: claim s3-api-s3-data waits for its volume. If it stays so: " +
			"`kubectl describe pvc s3-api-s3-data -n zot-system` says why.", 0},
		"its volume is of a class that is not there": {with(func(f *extensions.S3Facts) {
			claim := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: "s3-api-s3-data", Namespace: "zot-system"}}
			claim.Spec.StorageClassName, claim.Status.Phase = new("fast"), corev1.ClaimPending
			f.Claim = &resources.LiveClaim{PersistentVolumeClaim: claim, Classless: true}
		}), "WaitingForVolume", "S3 API: claim s3-api-s3-data waits for its volume. StorageClass fast does not exist: " +
			"`kubectl get storageclass` lists those that do. If it stays so: `kubectl describe pvc s3-api-s3-data -n zot-system` says why.", 0},
		"its volume grows": {
			withVolume(t, store, true, ""), "ExtensionsConfigured", "The S3 API serves at " + address + ". Claim s3-api-s3-data has its volume. " +
				"It grows from 10Gi to 50Gi; if it stays so, `kubectl describe pvc s3-api-s3-data -n zot-system` says why.", 0,
		},
		"its volume cannot grow": {
			withVolume(t, store, false, ""), "VolumeCannotGrow", "S3 API: spec.extensions.s3api.storage.size asks for 50Gi, claim " +
				"s3-api-s3-data has 10Gi, and StorageClass slow does not let volumes grow (allowVolumeExpansion). The store serves with what it " +
				"has. Let the class allow it if its provisioner can, or set the size back to 10Gi.", 0,
		},
		"its provisioner refuses": {
			withVolume(t, store, true, "quota exceeded"), "VolumeCannotGrow", "S3 API: spec.extensions.s3api.storage.size asks for 50Gi, claim " +
				"s3-api-s3-data has 10Gi, and its provisioner does not grow it: quota exceeded. The store serves with what it has. " +
				"Provisioners try again at times; or set the size back to 10Gi.", 0,
		},
		"another store has its place": {with(func(f *extensions.S3Facts) {
			f.Holder = component.Holder{Store: "older", Place: resources.Place{Kind: "bucket", Name: "objects at minio"}}
		}), "NameConflict", "S3 API: the bucket objects at minio belongs to store older, which was there before this one. " +
			"Nothing is started while that store exists.", component.HolderRetry},
	} {
		t.Run(name, func(t *testing.T) {
			verdict := extensions.Component{}.Assess(store, extensions.Facts{S3: tc.facts}, nil)
			got := verdict.Conditions[0]
			if got.Reason != tc.reason || got.Message != tc.message || verdict.RequeueAfter != tc.again {
				t.Errorf("got %s: %s, again in %s", got.Reason, got.Message, verdict.RequeueAfter)
			}
			if (got.Status == metav1.ConditionTrue) != (tc.reason == v1alpha1.ReasonExtensionsConfigured) {
				t.Errorf("the status is %s", got.Status)
			}
			if endpoint := verdict.Facts.S3Endpoint; endpoint == nil || *endpoint != address {
				t.Errorf("the endpoint is %v", endpoint)
			}
		})
	}
}

// The class of a claim cannot be changed: the wish is told.
func TestAnotherClassOfTheGatewaysVolume(t *testing.T) {
	store := s3Store(t)
	facts := withVolume(t, store, true, "")
	const kept = " spec.extensions.s3api.storage.storageClassName asks for fast, the claim has slow, which cannot be changed."
	says := func() string {
		return extensions.Component{}.Assess(store, extensions.Facts{S3: facts}, nil).Conditions[0].Message
	}
	if got := says(); strings.Contains(got, "storageClassName") {
		t.Errorf("no class is asked for, and it says %s", got)
	}
	store.Spec.Extensions.S3API.Storage.StorageClassName = new("fast")
	facts.Claim.Spec.VolumeName = "pv-1"
	if got := says(); !strings.Contains(got, kept) || strings.Contains(got, "deleted") {
		t.Errorf("bound: %s", got)
	}
	facts.Claim.Status.Phase, facts.Claim.Spec.VolumeName, facts.Deployment = corev1.ClaimPending, "", deployment(t, store, "image", 0)
	if got := says(); !strings.Contains(got, kept+" As it has no volume yet, it can be deleted") {
		t.Errorf("waits: %s", got)
	}
}

// withVolume is a gateway that serves, on a volume of 10Gi. refusal is what its provisioner says about more.
func withVolume(t *testing.T, store component.Store, grows bool, refusal string) extensions.S3Facts {
	t.Helper()
	claim := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: "s3-api-s3-data", Namespace: "zot-system"}}
	size := corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("10Gi")}
	claim.Spec.StorageClassName, claim.Spec.Resources.Requests = new("slow"), size
	claim.Status = corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimBound, Capacity: size}
	if refusal != "" {
		claim.Status.Conditions = []corev1.PersistentVolumeClaimCondition{
			{Type: corev1.PersistentVolumeClaimControllerResizeError, Status: corev1.ConditionTrue, Message: refusal},
		}
	}
	return extensions.S3Facts{
		Deployment: deployment(t, store, "image", 1), Claim: &resources.LiveClaim{PersistentVolumeClaim: claim, Grows: grows},
	}
}

func TestAnUpgradeOfTheOperatorRestartsNoGateway(t *testing.T) {
	store := s3Store(t)
	facts := extensions.Facts{S3: extensions.S3Facts{Deployment: deployment(t, store, "old", 1)}}
	image := func() string {
		plan, err := extensions.Component{Image: "new"}.Plan(store, facts)
		if err != nil {
			t.Fatal(err)
		}
		return *planned(t, plan).Spec.Template.Spec.Containers[0].Image
	}
	if got := image(); got != "old" {
		t.Errorf("it runs %s after the upgrade", got)
	}
	facts.S3.Deployment.Spec.Template.Spec.Containers[0].Image = "somebody's"
	if got := image(); got != "new" {
		t.Errorf("it runs %s, which the operator has not chosen", got)
	}
	facts.S3.Deployment = deployment(t, store, "old", 1)
	store.Spec.Extensions.S3API.MaxUploadSize = new(store.Spec.Extensions.S3API.MaxUploadSize.DeepCopy())
	store.Spec.Extensions.S3API.MaxUploadSize.Set(1 << 20)
	if got := image(); got != "new" {
		t.Errorf("it runs %s after a change of the spec, which restarts it anyway", got)
	}
}

// A gateway whose user was fixed could not read its objects as another one, so that it keeps the user when OpenShift's constraints come.
func TestAGatewayKeepsItsUser(t *testing.T) {
	store := s3Store(t)
	fixed := deployment(t, store, "image", 1)
	fixed.Spec.Template.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsUser: new(int64(1000)), FSGroup: new(int64(1000))}
	for name, tc := range map[string]struct {
		live     *appsv1.Deployment
		platform bool
		fixed    bool
	}{
		"new":                  {nil, false, true},
		"new, with them":       {nil, true, false},
		"fixed, and they come": {fixed, true, true},
		"assigned":             {deployment(t, store, "image", 1), true, false},
	} {
		plan, err := extensions.Component{}.Plan(store, extensions.Facts{
			S3: extensions.S3Facts{Deployment: tc.live}, Cluster: capabilities.Capabilities{AssignedUID: tc.platform},
		})
		if err != nil {
			t.Fatal(err)
		}
		if fixed := planned(t, plan).Spec.Template.Spec.SecurityContext.RunAsUser != nil; fixed != tc.fixed {
			t.Errorf("%s: fixed %v", name, fixed)
		}
	}
}

// What is chosen for a new gateway stays, so that it waits until the cluster can be asked.
func TestAGatewayWaitsForItsUser(t *testing.T) {
	store := s3Store(t)
	fixed := deployment(t, store, "image", 1)
	fixed.Spec.Template.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsUser: new(int64(1000)), FSGroup: new(int64(1000))}
	for name, tc := range map[string]struct {
		live    *appsv1.Deployment
		waits   bool
		message string
	}{
		"new": {nil, true, "S3 API: no gateway is started until the cluster says whether it assigns the users of pods: it has announced " +
			"OpenShift's security context constraints and does not serve them yet. If that lasts, `kubectl get apiservice " +
			"v1.security.openshift.io` says why."},
		"fixed":                {fixed, false, "The S3 API serves at " + address + "."},
		"assigned, and serves": {deployment(t, store, "image", 1), true, "The S3 API serves at " + address + "."},
	} {
		facts := extensions.Facts{S3: extensions.S3Facts{Deployment: tc.live, ConstraintsAgain: 4 * time.Second}}
		plan, err := extensions.Component{}.Plan(store, facts)
		if err != nil || len(plan.Then) == 0 != tc.waits || len(plan.Apply) == 0 {
			t.Errorf("%s: makes %d, %v", name, len(plan.Then), err)
		}
		got := extensions.Component{}.Assess(store, facts, nil)
		if message := got.Conditions[0].Message; message != tc.message || (got.RequeueAfter == 4*time.Second) != tc.waits {
			t.Errorf("%s: %s, again in %s", name, message, got.RequeueAfter)
		}
	}
}

func TestRootKeysAreMadeOnce(t *testing.T) {
	store := s3Store(t)
	keys := func(facts extensions.S3Facts) (made, missing bool) {
		plan, err := extensions.Component{}.Plan(store, extensions.Facts{S3: facts})
		if err != nil {
			t.Fatal(err)
		}
		return len(plan.Once) == 1, len(plan.Once) == 1 && plan.Once[0].Missing
	}
	if made, missing := keys(extensions.S3Facts{}); !made || missing {
		t.Errorf("before the gateway: made %v, missed %v", made, missing)
	}
	if made, _ := keys(extensions.S3Facts{Deployment: deployment(t, store, "image", 1)}); made {
		t.Error("they are made again beside a gateway that has them")
	}
	if made, missing := keys(extensions.S3Facts{
		Deployment: deployment(t, store, "image", 0), Problem: `needs Secret "s3-api-s3-root" with the key`,
	}); !made || !missing {
		t.Errorf("when the gateway misses them: made %v, missed %v", made, missing)
	}
}

// What is turned off goes, and the volume and the keys stay.
func TestOffTakesNeitherVolumeNorKeys(t *testing.T) {
	store := s3Store(t)
	store.Spec.Extensions.S3API.Enabled = new(false)
	plan, err := extensions.Component{}.Plan(store, extensions.Facts{})
	if err != nil || len(plan.All())+len(plan.Once) > 0 {
		t.Fatalf("wants %v, %v", plan.All(), err)
	}
	var kinds []string
	for _, ref := range plan.Absent {
		kinds = append(kinds, ref.Kind)
		if ref.Name != "s3-api-s3" {
			t.Errorf("takes %s away", ref)
		}
	}
	slices.Sort(kinds)
	if got := strings.Join(kinds, " "); got != "Deployment NetworkPolicy Service ServiceAccount" {
		t.Errorf("takes away %s", got)
	}
	if endpoint := (extensions.Component{}).Assess(store, extensions.Facts{}, nil).Facts.S3Endpoint; endpoint == nil || *endpoint != "" {
		t.Errorf("the endpoint is %v", endpoint)
	}
}

func TestGatewaysAreAsked(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:9001")
	if err != nil {
		t.Skipf("the port of a gateway's state is taken on this machine: %v", err)
	}
	status, text := http.StatusOK, "ok\n"
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, text, status)
	})}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	ask := func() (string, error) { return extensions.NewHTTPGateways().Problem(context.Background(), "127.0.0.1") }
	if got, err := ask(); got != "" || err != nil {
		t.Errorf("one that serves: %q, %v", got, err)
	}
	status, text = http.StatusServiceUnavailable, "bucket: Access Denied"
	if got, err := ask(); got != text || err != nil {
		t.Errorf("one that does not: %q, %v", got, err)
	}
	status = http.StatusTeapot
	if _, err := ask(); err == nil {
		t.Error("something else is taken for a gateway")
	}
	server.Close()
	if _, err := ask(); err == nil {
		t.Error("nobody is taken for a gateway")
	}
}
