package apply

import (
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	routev1 "github.com/openshift/api/route/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

// known gives the scheme and the comparer of it. They are made once, as reading the schemas takes a while.
var known = sync.OnceValues(func() (*runtime.Scheme, comparer) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme, routev1.Install} {
		utilruntime.Must(add(scheme))
	}
	return scheme, newComparer(scheme)
})

// on changes a live object of the type T.
func on[T client.Object](change func(T)) func(client.Object) {
	return func(object client.Object) {
		typed, ok := object.(T)
		if !ok {
			panic(fmt.Sprintf("a %T where another type is changed", object))
		}
		change(typed)
	}
}

// intents are one of each kind that the operator writes, with every optional part.
func intents(t testing.TB) map[string]runtime.ApplyConfiguration {
	t.Helper()
	c := fixtures.Load(t, "s3")
	c.Spec.Resources = fixtures.Load(t, "resources").Spec.Resources
	c.Spec.Networking = fixtures.Load(t, "route").Spec.Networking
	c.Spec.Scheduling = fixtures.Load(t, "scheduling").Spec.Scheduling
	c.Spec.ServiceAccount = fixtures.Load(t, "service-account").Spec.ServiceAccount
	c.Spec.CABundle = fixtures.Load(t, "ca-bundle").Spec.CABundle
	c.Spec.Image.PullSecrets = []string{"mirror"}
	documents, err := zotconfig.Render(zotconfig.Store{Namespace: c.Store.Namespace, Name: c.Store.Name, UID: c.Store.UID}, c.Spec)
	if err != nil {
		t.Fatal(err)
	}
	in := resources.Input{Name: c.Store.Name, Namespace: c.Store.Namespace, UID: c.Store.UID, Component: "workload", Spec: c.Spec}
	return map[string]runtime.ApplyConfiguration{
		"StatefulSet": resources.StatefulSet(resources.Pods{
			Input: in, Image: "zot:v2.1.20", AgentImage: fixtures.AgentImage, Documents: documents,
		}),
		"Service":               resources.Service(in),
		"ConfigMap":             resources.BootConfig(in, documents.Hash, documents.Boot),
		"ServiceAccount":        resources.ServiceAccount(in),
		"PodDisruptionBudget":   resources.PodDisruptionBudget(in),
		"PersistentVolumeClaim": resources.Claim(in, nil),
		"Route":                 resources.Route(in),
	}
}

func mustParse(t testing.TB, configuration runtime.ApplyConfiguration) intent {
	t.Helper()
	wanted, err := parse(configuration)
	if err != nil {
		t.Fatal(err)
	}
	return wanted
}

// stored is the object that a server would keep of some content, strictly read.
func stored(t testing.TB, scheme *runtime.Scheme, ref Ref, content any) client.Object {
	t.Helper()
	object, err := read(scheme, ref, content)
	if err != nil {
		t.Fatal(err)
	}
	return object
}

func read(scheme *runtime.Scheme, ref Ref, content any) (client.Object, error) {
	data, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	empty, err := scheme.New(ref.GroupVersionKind)
	if err != nil {
		return nil, err
	}
	object, ok := empty.(client.Object)
	if !ok {
		return nil, fmt.Errorf("%s is no object", ref)
	}
	return object, json.Unmarshal(data, object)
}

func carried(t testing.TB, c comparer, live client.Object, wanted intent) bool {
	t.Helper()
	same, err := c.carries(live, wanted)
	if err != nil {
		t.Fatalf("%s: %v", wanted.ref, err)
	}
	return same
}

func TestAnObjectCarriesItsOwnIntent(t *testing.T) {
	scheme, c := known()
	for kind, configuration := range intents(t) {
		wanted := mustParse(t, configuration)
		if !carried(t, c, stored(t, scheme, wanted.ref, wanted.object), wanted) {
			t.Errorf("%s does not carry the intent that it was made from", kind)
		}
	}
}

// What the server, other controllers and people add to an object of ours is no reason to write it again.
func TestAdditionsAreNotSeen(t *testing.T) {
	scheme, c := known()
	all := intents(t)
	for name, tc := range map[string]struct {
		kind string
		add  func(client.Object)
	}{
		"the server's metadata": {"Service", func(o client.Object) {
			o.SetUID("2")
			o.SetResourceVersion("77")
			o.SetGeneration(3)
			o.SetCreationTimestamp(metav1.NewTime(time.Unix(1_700_000_000, 0)))
			o.SetManagedFields([]metav1.ManagedFieldsEntry{{Manager: "zot-networking", Operation: "Apply"}})
		}},
		"others' labels and annotations": {"StatefulSet", func(o client.Object) {
			o.GetLabels()["team"] = "registry"
			o.GetAnnotations()["deployment.example.com/note"] = "mine"
		}},
		"another owner": {"ConfigMap", func(o client.Object) {
			o.SetOwnerReferences(append(o.GetOwnerReferences(), metav1.OwnerReference{APIVersion: "v1", Kind: "Node", Name: "n", UID: "9"}))
		}},
		"a finalizer": {"PersistentVolumeClaim", func(o client.Object) { o.SetFinalizers([]string{"kubernetes.io/pvc-protection"}) }},
		"a Service's defaults": {"Service", on(func(o *corev1.Service) {
			spec := &o.Spec
			spec.ClusterIP, spec.ClusterIPs = "10.0.0.7", []string{"10.0.0.7"}
			spec.IPFamilies, spec.SessionAffinity = []corev1.IPFamily{corev1.IPv4Protocol}, corev1.ServiceAffinityNone
			spec.Ports[0].NodePort = 30_080
		})},
		"a port that somebody added": {"Service", on(func(o *corev1.Service) {
			spec := &o.Spec
			spec.Ports = append([]corev1.ServicePort{{Name: "mesh", Port: 15_001, Protocol: corev1.ProtocolTCP}}, spec.Ports...)
		})},
		"a StatefulSet's defaults": {"StatefulSet", on(func(o *appsv1.StatefulSet) {
			set := o
			limit, partition, mode := int32(10), int32(0), int32(0o644)
			set.Spec.RevisionHistoryLimit = &limit
			set.Spec.UpdateStrategy.RollingUpdate = &appsv1.RollingUpdateStatefulSetStrategy{Partition: &partition}
			pod := &set.Spec.Template.Spec
			pod.RestartPolicy, pod.DNSPolicy, pod.SchedulerName = corev1.RestartPolicyAlways, corev1.DNSClusterFirst, "default-scheduler"
			pod.DeprecatedServiceAccount = pod.ServiceAccountName
			for i := range pod.Containers {
				pod.Containers[i].TerminationMessagePath = "/dev/termination-log"
				pod.Containers[i].LivenessProbe.SuccessThreshold = 1
			}
			for i := range pod.Volumes {
				if source := pod.Volumes[i].ConfigMap; source != nil {
					source.DefaultMode = &mode
				}
			}
			set.Status.Replicas, set.Status.CurrentRevision = 1, "s3-1"
		})},
		"a mesh's sidecar, before ours": {"StatefulSet", on(func(o *appsv1.StatefulSet) {
			pod := &o.Spec.Template.Spec
			pod.Containers = append([]corev1.Container{{Name: "istio-proxy", Image: "proxy"}}, pod.Containers...)
			pod.InitContainers = append([]corev1.Container{{Name: "istio-init", Image: "proxy"}}, pod.InitContainers...)
			pod.Volumes = append([]corev1.Volume{{Name: "istio-envoy"}}, pod.Volumes...)
		})},
		"injected variables and mounts": {"StatefulSet", on(func(o *appsv1.StatefulSet) {
			zot := &o.Spec.Template.Spec.Containers[0]
			zot.Env = append([]corev1.EnvVar{{Name: "AWS_ROLE_ARN", Value: "arn"}}, zot.Env...)
			zot.VolumeMounts = append(zot.VolumeMounts, corev1.VolumeMount{Name: "token", MountPath: "/var/run/secrets/token"})
		})},
		"a class of runtime": {"StatefulSet", on(func(o *appsv1.StatefulSet) {
			o.Spec.Template.Spec.RuntimeClassName = new("gvisor")
		})},
		"a claim's volume and class": {"PersistentVolumeClaim", on(func(o *corev1.PersistentVolumeClaim) {
			class := "standard"
			o.Spec.VolumeName, o.Spec.StorageClassName = "pv-1", &class
			o.Status.Phase = corev1.ClaimBound
		})},
		"the same size in other words": {"PersistentVolumeClaim", on(func(o *corev1.PersistentVolumeClaim) {
			o.Spec.Resources.Requests["storage"] = resource.MustParse("5120Mi")
		})},
		"the same CPU in other words": {"StatefulSet", on(func(o *appsv1.StatefulSet) {
			o.Spec.Template.Spec.Containers[0].Resources.Limits["cpu"] = resource.MustParse("2000m")
		})},
		"a Route's defaults and status": {"Route", on(func(o *routev1.Route) {
			route := o
			route.Annotations["openshift.io/host.generated"] = "true"
			route.Status.Ingress = []routev1.RouteIngress{{Host: "registry.example.com", RouterName: "default"}}
		})},
		"pull secrets of the platform": {"ServiceAccount", on(func(o *corev1.ServiceAccount) {
			account := o
			account.ImagePullSecrets = []corev1.LocalObjectReference{{Name: "dockercfg"}}
			account.Secrets = []corev1.ObjectReference{{Name: "token"}}
		})},
		"a budget's status": {"PodDisruptionBudget", on(func(o *policyv1.PodDisruptionBudget) {
			o.Status.DesiredHealthy = 1
		})},
	} {
		t.Run(name, func(t *testing.T) {
			wanted := mustParse(t, all[tc.kind])
			live := stored(t, scheme, wanted.ref, wanted.object)
			tc.add(live)
			if !carried(t, c, live, wanted) {
				t.Error("the object would be written again, on every pass")
			}
		})
	}
}

func TestDifferencesAreSeen(t *testing.T) {
	scheme, c := known()
	all := intents(t)
	for name, tc := range map[string]struct {
		kind   string
		change func(client.Object)
	}{
		"an image": {"StatefulSet", on(func(o *appsv1.StatefulSet) { o.Spec.Template.Spec.Containers[0].Image = "other" })},
		"replicas": {"StatefulSet", on(func(o *appsv1.StatefulSet) { o.Spec.Replicas = nil })},
		"a container that is gone": {"StatefulSet", on(func(o *appsv1.StatefulSet) {
			pod := &o.Spec.Template.Spec
			pod.Containers = pod.Containers[:1]
		})},
		"an argument more": {"StatefulSet", on(func(o *appsv1.StatefulSet) {
			zot := &o.Spec.Template.Spec.Containers[0]
			zot.Args = append(zot.Args, "--debug")
		})},
		"a capability that is kept": {"StatefulSet", on(func(o *appsv1.StatefulSet) {
			o.Spec.Template.Spec.Containers[0].SecurityContext.Capabilities.Drop = nil
		})},
		"a memory limit": {"StatefulSet", on(func(o *appsv1.StatefulSet) {
			o.Spec.Template.Spec.Containers[0].Resources.Limits["memory"] = resource.MustParse("1Gi")
		})},
		"a label that is gone": {"Service", func(o client.Object) { delete(o.GetLabels(), "app") }},
		// A selector is one value: with one more label it selects no pod.
		"a selector": {"Service", on(func(o *corev1.Service) { o.Spec.Selector["app"] = "other" })},
		"a port's target": {"Service", on(func(o *corev1.Service) {
			o.Spec.Ports[0].TargetPort = intstr.FromInt32(80)
		})},
		"the kind of a Service": {"Service", on(func(o *corev1.Service) { o.Spec.Type = corev1.ServiceTypeNodePort })},
		"data":                  {"ConfigMap", on(func(o *corev1.ConfigMap) { o.Data["boot.json"] += " " })},
		"an owner that is gone": {"ConfigMap", func(o client.Object) { o.SetOwnerReferences(nil) }},
		"a size":                {"PersistentVolumeClaim", on(func(o *corev1.PersistentVolumeClaim) { o.Spec.Resources.Requests = nil })},
		"a token for the pods":  {"ServiceAccount", on(func(o *corev1.ServiceAccount) { *o.AutomountServiceAccountToken = true })},
		"a Route without TLS":   {"Route", on(func(o *routev1.Route) { o.Spec.TLS = nil })},
		"a Route's host":        {"Route", on(func(o *routev1.Route) { o.Spec.Host = "other" })},
		"a budget's selector": {"PodDisruptionBudget", on(func(o *policyv1.PodDisruptionBudget) {
			o.Spec.Selector.MatchLabels["more"] = "narrow"
		})},
		// The hash of the intent that was sent last: another one may have held fields that must go.
		"an older intent": {"Service", func(o client.Object) { o.GetAnnotations()["artifacts.zot.io/intent"] = "0000000000000000" }},
	} {
		t.Run(name, func(t *testing.T) {
			wanted := mustParse(t, all[tc.kind])
			live := stored(t, scheme, wanted.ref, wanted.object)
			tc.change(live)
			if carried(t, c, live, wanted) {
				t.Error("the difference is not seen, so nothing would put it right")
			}
		})
	}
}

// Whatever single value of an intent the live object has differently, it is seen.
func TestEveryValueIsCompared(t *testing.T) {
	scheme, c := known()
	for kind, configuration := range intents(t) {
		t.Run(kind, func(t *testing.T) {
			wanted := mustParse(t, configuration)
			compared := 0
			for path, content := range variants(t, wanted) {
				live, err := read(scheme, wanted.ref, content)
				if err != nil {
					continue // No value of this field.
				}
				compared++
				if carried(t, c, live, wanted) {
					t.Errorf("another value at %s is not seen", path)
				}
			}
			if compared < 10 {
				t.Errorf("only %d values were compared", compared)
			}
		})
	}
}

// variants gives the intent's content with each of its values changed, one at a time.
func variants(t testing.TB, wanted intent) map[string]any {
	t.Helper()
	out := map[string]any{}
	var walk func(path string, value any, put func(any))
	walk = func(path string, value any, put func(any)) {
		change := func(to any) {
			put(to)
			out[path+"="+fmt.Sprint(to)] = wanted.object.DeepCopy().Object
			put(value)
		}
		switch v := value.(type) {
		case map[string]any:
			for key, inner := range v {
				if path == "" && (key == "apiVersion" || key == "kind") {
					continue
				}
				walk(path+"."+key, inner, func(to any) { v[key] = to })
			}
		case []any:
			for i, inner := range v {
				walk(path+"["+strconv.Itoa(i)+"]", inner, func(to any) { v[i] = to })
			}
		case string:
			change(v + "x") // Most strings.
			change("7" + v) // Quantities.
		case bool:
			change(!v)
		case int64:
			change(v + 1)
		default:
			t.Fatalf("%s is a %T", path, v)
		}
	}
	walk("", wanted.object.Object, nil)
	return out
}

func TestAnIntentWithADuplicateIsRefused(t *testing.T) {
	_, c := known()
	wanted := mustParse(t, intents(t)["Service"])
	ports, _, err := unstructured.NestedSlice(wanted.object.Object, "spec", "ports")
	if err != nil {
		t.Fatal(err)
	}
	if err := unstructured.SetNestedSlice(wanted.object.Object, append(ports, ports...), "spec", "ports"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.carries(&corev1.Service{}, wanted); err == nil {
		t.Error("two ports of one key were taken; the server would refuse the whole intent")
	}
}

// The cache hands out one object to all: comparing must not write to it, nor to the intent, which is sent afterwards.
func TestComparingChangesNothing(t *testing.T) {
	scheme, c := known()
	for kind, configuration := range intents(t) {
		wanted := mustParse(t, configuration)
		live := stored(t, scheme, wanted.ref, wanted.object)
		live.GetLabels()["team"] = "registry"
		before, sent := fmt.Sprintf("%#v", live), fmt.Sprintf("%#v", wanted.object.Object)
		carried(t, c, live, wanted)
		if fmt.Sprintf("%#v", live) != before {
			t.Errorf("%s: the live object was changed", kind)
		}
		if fmt.Sprintf("%#v", wanted.object.Object) != sent {
			t.Errorf("%s: the intent was changed", kind)
		}
	}
}
