package networking_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/controllers/networking"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

// store has the networking block and the rest as it is by default.
func store(networking v1alpha1.NetworkingSpec, change func(*v1alpha1.ZotArtifactStoreSpec)) component.Store {
	object := &v1alpha1.ZotArtifactStore{ObjectMeta: metav1.ObjectMeta{Name: "store", Namespace: "team-a"}}
	object.Spec.Networking = &networking
	if change != nil {
		change(&object.Spec)
	}
	return component.Store{Object: object, Spec: defaults.Effective(object.Spec, defaults.Upstream())}
}

func withTLS(spec *v1alpha1.ZotArtifactStoreSpec) {
	spec.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{CertSecretName: "registry-tls"}}
}

// everythingInPlace is the report of a pass that had nothing to do.
func everythingInPlace() apply.Report {
	var out apply.Report
	for _, kind := range []string{"Service", "Route", "Ingress", "HTTPRoute", "BackendTLSPolicy", "Certificate", "NetworkPolicy"} {
		result := apply.Result{Outcome: apply.Unchanged}
		result.Ref.Kind = kind
		out = append(out, result)
	}
	return out
}

// verdict is what matters here of a verdict.
type verdict struct {
	status          metav1.ConditionStatus
	reason, message string
	external        string
	again           time.Duration
}

func assessed(t *testing.T, store component.Store, facts networking.Facts) verdict {
	t.Helper()
	got := networking.Component{}.Assess(store, facts, everythingInPlace())
	if len(got.Conditions) != 1 || got.Conditions[0].Type != v1alpha1.ConditionNetworkingReady {
		t.Fatalf("tells %v", got.Conditions)
	}
	c := got.Conditions[0]
	return verdict{c.Status, c.Reason, c.Message, got.Facts.Addresses.External, got.RequeueAfter}
}

func TestAssessIngress(t *testing.T) {
	const unanswered = " No Ingress controller has given the Ingress an address; some never do. If the registry is not reached by it: " +
		"`kubectl get ingressclass` says which controllers there are."
	made, answered := &networkingv1.Ingress{}, &networkingv1.Ingress{}
	answered.Status.LoadBalancer.Ingress = []networkingv1.IngressLoadBalancerIngress{{IP: "192.0.2.1"}}
	plain := v1alpha1.IngressSpec{Host: "registry.example.com"}
	secure := v1alpha1.IngressSpec{Host: "registry.example.com", TLS: &v1alpha1.IngressTLSSpec{}}
	const both = "Service, Ingress and NetworkPolicy are in place."
	for name, tc := range map[string]struct {
		spec v1alpha1.IngressSpec
		live *networkingv1.Ingress
		want verdict
	}{
		"not yet":             {plain, nil, verdict{"False", "Progressing", "The Ingress is being created.", "", 0}},
		"nobody has answered": {plain, made, verdict{"True", "ServiceReady", both + unanswered, "http://registry.example.com", 0}},
		"answered":            {plain, answered, verdict{"True", "ServiceReady", both, "http://registry.example.com", 0}},
		"https":               {secure, answered, verdict{"True", "ServiceReady", both, "https://registry.example.com", 0}},
	} {
		got := assessed(t, store(v1alpha1.NetworkingSpec{Ingress: &tc.spec}, nil), networking.Facts{Ingress: tc.live})
		if got != tc.want {
			t.Errorf("%s: %s", name, cmp.Diff(tc.want, got, cmp.AllowUnexported(verdict{})))
		}
	}
}

func TestAssessLoadBalancer(t *testing.T) {
	const waiting = "The Service has no address from outside yet; inside of the cluster it works. If it stays so: " +
		"`kubectl describe service store -n team-a` says why, and the cluster may have nothing that provides load balancers."
	given := func(ingress ...corev1.LoadBalancerIngress) networking.Facts {
		return networking.Facts{Service: &corev1.Service{
			Status: corev1.ServiceStatus{LoadBalancer: corev1.LoadBalancerStatus{Ingress: ingress}},
		}}
	}
	const ready = "Service and NetworkPolicy are in place."
	for name, tc := range map[string]struct {
		kind   v1alpha1.ServiceType
		change func(*v1alpha1.ZotArtifactStoreSpec)
		facts  networking.Facts
		want   verdict
	}{
		"no Service yet":  {"LoadBalancer", nil, networking.Facts{}, verdict{"False", "WaitingForLoadBalancer", waiting, "", 0}},
		"no address yet":  {"LoadBalancer", nil, given(), verdict{"False", "WaitingForLoadBalancer", waiting, "", 0}},
		"an empty answer": {"LoadBalancer", nil, given(corev1.LoadBalancerIngress{}), verdict{"False", "WaitingForLoadBalancer", waiting, "", 0}},
		"an address": {
			"LoadBalancer", nil, given(corev1.LoadBalancerIngress{IP: "192.0.2.1"}), verdict{"True", "ServiceReady", ready, "http://192.0.2.1:8080", 0},
		},
		"of six": {
			"LoadBalancer", nil, given(corev1.LoadBalancerIngress{IP: "2001:db8::1"}),
			verdict{"True", "ServiceReady", ready, "http://[2001:db8::1]:8080", 0},
		},
		"a name, and TLS": {
			"LoadBalancer", withTLS, given(corev1.LoadBalancerIngress{}, corev1.LoadBalancerIngress{Hostname: "lb.example.com"}),
			verdict{"True", "ServiceReady", ready, "https://lb.example.com:8080", 0},
		},
		"an address of before": {
			"ClusterIP", nil, given(corev1.LoadBalancerIngress{IP: "192.0.2.1"}), verdict{"True", "ServiceReady", ready, "", 0},
		},
		"no node port yet": {
			"NodePort", nil, given(), verdict{"False", "Progressing", "The cluster has not given the Service a port of the nodes yet.", "", 0},
		},
		"a node port": {
			"NodePort", nil,
			networking.Facts{Service: &corev1.Service{Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{
				{Name: "somebody's", NodePort: 30001}, {Name: "http", NodePort: 30500},
			}}}},
			verdict{"True", "ServiceReady", ready + " It is reached at port 30500 of each node.", "", 0},
		},
	} {
		spec := v1alpha1.NetworkingSpec{Service: &v1alpha1.ServiceSpec{Type: tc.kind}}
		if got := assessed(t, store(spec, tc.change), tc.facts); got != tc.want {
			t.Errorf("%s: %s", name, cmp.Diff(tc.want, got, cmp.AllowUnexported(verdict{})))
		}
	}
}

// parent is an answer about a Gateway.
func parent(namespace, name, section string, conditions ...metav1.Condition) gatewayv1.RouteParentStatus {
	out := gatewayv1.RouteParentStatus{ParentRef: gatewayv1.ParentReference{Name: gatewayv1.ObjectName(name)}, Conditions: conditions}
	if namespace != "" {
		out.ParentRef.Namespace = new(gatewayv1.Namespace(namespace))
	}
	if section != "" {
		out.ParentRef.SectionName = new(gatewayv1.SectionName(section))
	}
	return out
}

func said(kind gatewayv1.RouteConditionType, status metav1.ConditionStatus, generation int64, reason, message string) metav1.Condition {
	return metav1.Condition{Type: string(kind), Status: status, ObservedGeneration: generation, Reason: reason, Message: message}
}

// gateways are those of a cluster with the whole of the Gateway API.
var gateways = capabilities.Capabilities{HTTPRoute: true, HTTPRouteTimeouts: true, BackendTLSPolicy: true}

func TestAssessHTTPRoute(t *testing.T) {
	accepted, resolved := gatewayv1.RouteConditionAccepted, gatewayv1.RouteConditionResolvedRefs
	yes := said(accepted, metav1.ConditionTrue, 2, "Accepted", "")
	fine := said(resolved, metav1.ConditionTrue, 2, "ResolvedRefs", "")
	no := said(accepted, metav1.ConditionFalse, 2, "NotAllowedByListeners", "No listener allows it.")
	lost := said(resolved, metav1.ConditionFalse, 2, "BackendNotFound", "No such Service.")
	old := said(accepted, metav1.ConditionTrue, 1, "Accepted", "")
	timeless := said(accepted, metav1.ConditionTrue, 0, "Accepted", "")
	unsure := said(accepted, metav1.ConditionUnknown, 2, "Pending", "")

	near := []v1alpha1.GatewayReference{{Name: "edge"}}
	two := []v1alpha1.GatewayReference{{Name: "edge", Namespace: "gateways", SectionName: "https"}, {Name: "edge"}}
	refused := func(message string) verdict {
		return verdict{"False", "HTTPRouteNotAccepted", "The HTTPRoute is not accepted. " + message, "", 0}
	}
	ready := verdict{"True", "ServiceReady", "Service, HTTPRoute and NetworkPolicy are in place.", "", 0}
	const unanswered = "Gateway team-a/edge has not answered yet."
	for name, tc := range map[string]struct {
		parents []v1alpha1.GatewayReference
		status  []gatewayv1.RouteParentStatus
		want    verdict
	}{
		"no answer":              {near, nil, refused(unanswered)},
		"accepted":               {near, []gatewayv1.RouteParentStatus{parent("", "edge", "", yes, fine)}, ready},
		"told with a namespace":  {near, []gatewayv1.RouteParentStatus{parent("team-a", "edge", "", yes)}, ready},
		"told without a time":    {near, []gatewayv1.RouteParentStatus{parent("", "edge", "", timeless)}, ready},
		"an older spec was":      {near, []gatewayv1.RouteParentStatus{parent("", "edge", "", old, fine)}, refused(unanswered)},
		"undecided":              {near, []gatewayv1.RouteParentStatus{parent("", "edge", "", unsure)}, refused(unanswered)},
		"says nothing":           {near, []gatewayv1.RouteParentStatus{parent("", "edge", "")}, refused(unanswered)},
		"another Gateway":        {near, []gatewayv1.RouteParentStatus{parent("", "other", "", yes)}, refused(unanswered)},
		"another namespace's":    {near, []gatewayv1.RouteParentStatus{parent("gateways", "edge", "", yes)}, refused(unanswered)},
		"one of its listeners":   {near, []gatewayv1.RouteParentStatus{parent("", "edge", "https", yes)}, refused(unanswered)},
		"one of two controllers": {near, []gatewayv1.RouteParentStatus{parent("", "edge", "", no), parent("", "edge", "", yes)}, ready},
		"refused": {
			near,
			[]gatewayv1.RouteParentStatus{parent("", "edge", "", no)},
			refused("Gateway team-a/edge refuses it: NotAllowedByListeners No listener allows it."),
		},
		"refused for a value": {
			near,
			[]gatewayv1.RouteParentStatus{parent("", "edge", "", said(accepted, metav1.ConditionFalse, 2, "UnsupportedValue", "No timeouts here"))},
			refused("Gateway team-a/edge refuses it: UnsupportedValue No timeouts here. If that is about its timeouts, set " +
				"spec.networking.httpRoute.timeouts.enabled to false."),
		},
		"accepted, and leads nowhere": {
			near,
			[]gatewayv1.RouteParentStatus{parent("", "edge", "", yes, lost)},
			refused("Gateway team-a/edge does not reach the Service by it: BackendNotFound No such Service."),
		},
		"two of two": {two, []gatewayv1.RouteParentStatus{parent("", "edge", "", yes), parent("gateways", "edge", "https", yes)}, ready},
		"one of two": {
			two,
			[]gatewayv1.RouteParentStatus{parent("", "edge", "", yes), parent("gateways", "edge", "https", no)},
			refused("Gateway gateways/edge, listener https refuses it: NotAllowedByListeners No listener allows it."),
		},
		"none of two": {
			two,
			[]gatewayv1.RouteParentStatus{parent("gateways", "edge", "https", no)},
			refused("Gateway gateways/edge, listener https refuses it: NotAllowedByListeners No listener allows it. " + unanswered),
		},
	} {
		route := &gatewayv1.HTTPRoute{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Generation: 2}}
		route.Status.Parents = tc.status
		spec := v1alpha1.NetworkingSpec{HTTPRoute: &v1alpha1.HTTPRouteSpec{ParentRefs: tc.parents, Hostnames: []string{"registry.example.com"}}}
		if got := assessed(t, store(spec, nil), networking.Facts{Capabilities: gateways, HTTPRouteAPI: true, HTTPRoute: route}); got != tc.want {
			t.Errorf("%s: %s", name, cmp.Diff(tc.want, got, cmp.AllowUnexported(verdict{})))
		}
	}
}

func TestAssessHTTPRouteWithoutItsAPI(t *testing.T) {
	for name, tc := range map[string]struct {
		facts networking.Facts
		want  verdict
	}{
		"missing": {networking.Facts{}, verdict{"False", "HTTPRouteAPIMissing", "spec.networking.httpRoute asks for an HTTPRoute, but " +
			"this cluster does not have gateway.networking.k8s.io/v1. Install the Gateway API, or set enabled: false there.", "", 0}},
		"announced": {networking.Facts{HTTPRouteAgain: 2 * time.Second}, verdict{
			"False", "Progressing", "spec.networking.httpRoute asks for an " +
				"HTTPRoute. This cluster announces gateway.networking.k8s.io and does not serve HTTPRoutes now. If it stays so: " +
				"`kubectl get crd httproutes.gateway.networking.k8s.io` says whether they are installed; it takes Kubernetes 1.27 or later.",
			"", 2 * time.Second,
		}},
		"not made yet": {networking.Facts{HTTPRouteAPI: true}, verdict{"False", "Progressing", "The HTTPRoute is being created.", "", 0}},
	} {
		if got := assessed(t, store(v1alpha1.NetworkingSpec{HTTPRoute: &v1alpha1.HTTPRouteSpec{}}, nil), tc.facts); got != tc.want {
			t.Errorf("%s: %s", name, cmp.Diff(tc.want, got, cmp.AllowUnexported(verdict{})))
		}
	}
}

func TestAssessHTTPRouteWithTLS(t *testing.T) {
	spec := v1alpha1.NetworkingSpec{HTTPRoute: &v1alpha1.HTTPRouteSpec{}}
	facts := networking.Facts{Capabilities: gateways, HTTPRouteAPI: true, HTTPRoute: &gatewayv1.HTTPRoute{}}
	got := assessed(t, store(spec, withTLS), facts)
	want := verdict{"True", "ServiceReady", "Service, HTTPRoute and NetworkPolicy are in place. By itself a Gateway speaks plain HTTP with the registry, " +
		"which serves https (spec.http.tls): it needs a BackendTLSPolicy for Service store, which spec.networking.httpRoute.backendTLS makes.", "", 0}
	if got != want {
		t.Error(cmp.Diff(want, got, cmp.AllowUnexported(verdict{})))
	}
}

// Several ways at once: every problem is told, the reason is that of one that somebody has to solve, and addresses have an order.
func TestAssessSeveralWays(t *testing.T) {
	taken := admitted("default", "route.example.com", corev1.ConditionTrue, "", "")
	everything := v1alpha1.NetworkingSpec{
		Service: &v1alpha1.ServiceSpec{Type: "LoadBalancer"}, Route: &v1alpha1.RouteSpec{},
		Ingress: &v1alpha1.IngressSpec{Host: "ingress.example.com"}, HTTPRoute: &v1alpha1.HTTPRouteSpec{},
	}
	facts := networking.Facts{
		RouteAPI: true, HTTPRouteAPI: true, Route: route(taken), HTTPRoute: &gatewayv1.HTTPRoute{}, Ingress: &networkingv1.Ingress{},
		Service: &corev1.Service{}, Capabilities: gateways,
	}
	facts.Ingress.Status.LoadBalancer.Ingress = []networkingv1.IngressLoadBalancerIngress{{IP: "192.0.2.1"}}
	facts.Service.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "192.0.2.2"}}

	check := func(name, reason, external string, change func(*v1alpha1.ZotArtifactStoreSpec)) {
		t.Helper()
		if got := assessed(t, store(*everything.DeepCopy(), change), facts); got.reason != reason || got.external != external {
			t.Errorf("%s: reason %s, address %s, message %s", name, got.reason, got.external, got.message)
		}
	}
	check("all of them", "ServiceReady", "https://route.example.com", nil)
	check("the user's own address", "ServiceReady", "https://own.example.com",
		func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.ExternalURL = "https://own.example.com" })
	if got := assessed(t, store(everything, nil), facts).message; got != "Service, Route, Ingress, HTTPRoute and NetworkPolicy are in place." {
		t.Error(got)
	}
	facts.Route = nil
	check("no Route yet", "Progressing", "http://ingress.example.com", nil)
	check("no Ingress", "Progressing", "http://192.0.2.2:8080",
		func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Networking.Ingress = nil })
	facts.Service = nil
	check("no load balancer", "Progressing", "http://ingress.example.com", nil)
	facts.HTTPRouteAPI = false
	check("no HTTPRoutes either", "HTTPRouteAPIMissing", "http://ingress.example.com", nil)
}
