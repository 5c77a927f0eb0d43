package resources_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/resources"
)

// exposed is the input of a store that is reached like this, with TLS or without.
func exposed(networking v1alpha1.NetworkingSpec, tls bool) resources.Input {
	return input(func(s *v1alpha1.ZotArtifactStoreSpec) {
		s.Networking = &networking
		if tls {
			s.HTTP = &v1alpha1.HTTPSpec{TLS: &v1alpha1.TLSSpec{CertSecretName: "registry-tls"}}
		}
	})
}

func TestEndpoint(t *testing.T) {
	port := int32(5000)
	if got := resources.Endpoint(input(nil)); got != "http://sample.zot-system.svc:8080" {
		t.Errorf("got %s", got)
	}
	in := input(func(s *v1alpha1.ZotArtifactStoreSpec) { s.HTTP = &v1alpha1.HTTPSpec{Port: &port} })
	if got := resources.Endpoint(in); got != "http://sample.zot-system.svc:5000" {
		t.Errorf("got %s", got)
	}
}

// A Route without a host gets one from OpenShift; an empty host in the intent would own the field and take it away again.
func TestRouteOwnsItsHostOnlyIfAsked(t *testing.T) {
	for _, host := range []string{"", "registry.example.com"} {
		in := input(func(s *v1alpha1.ZotArtifactStoreSpec) {
			s.Networking = &v1alpha1.NetworkingSpec{Route: &v1alpha1.RouteSpec{Host: host}}
		})
		got, found, err := unstructured.NestedString(generic(t, resources.Route(in)).Object, "spec", "host")
		if err != nil || got != host || found != (host != "") {
			t.Errorf("asked for host %q: intent has it: %v, %q, %v", host, found, got, err)
		}
	}
}

func TestEndpointWithTLS(t *testing.T) {
	if got := resources.Endpoint(exposed(v1alpha1.NetworkingSpec{}, true)); got != "https://sample.zot-system.svc:8080" {
		t.Errorf("got %s", got)
	}
}

// What the user writes goes before what we would.
func TestAnnotations(t *testing.T) {
	const (
		routeTimeout = "haproxy.router.openshift.io/timeout"
		readTimeout  = "nginx.ingress.kubernetes.io/proxy-read-timeout"
		protocol     = "nginx.ingress.kubernetes.io/backend-protocol"
	)
	users := map[string]string{"example.com/team": "artifacts", routeTimeout: "2h", readTimeout: "7200"}
	none := v1alpha1.NetworkingSpec{
		Service: &v1alpha1.ServiceSpec{}, Route: &v1alpha1.RouteSpec{}, Ingress: &v1alpha1.IngressSpec{}, HTTPRoute: &v1alpha1.HTTPRouteSpec{},
	}
	some := v1alpha1.NetworkingSpec{
		Service: &v1alpha1.ServiceSpec{Annotations: users}, Route: &v1alpha1.RouteSpec{Annotations: users},
		Ingress: &v1alpha1.IngressSpec{Annotations: users}, HTTPRoute: &v1alpha1.HTTPRouteSpec{Annotations: users},
	}
	with := func(more ...map[string]string) map[string]string {
		out := map[string]string{
			"nginx.ingress.kubernetes.io/proxy-body-size": "0", "nginx.ingress.kubernetes.io/proxy-request-buffering": "off",
			"nginx.ingress.kubernetes.io/proxy-send-timeout": "1800", readTimeout: "1800",
			"haproxy.org/timeout-server": "30m", "haproxy-ingress.github.io/timeout-server": "30m", routeTimeout: "30m",
			"projectcontour.io/response-timeout": "30m", "alb.ingress.kubernetes.io/healthcheck-path": "/readyz",
			"alb.ingress.kubernetes.io/target-type": "ip",
		}
		for _, each := range more {
			maps.Copy(out, each)
		}
		return out
	}
	secured := map[string]string{
		protocol: "HTTPS", "haproxy.org/server-ssl": "true", "haproxy-ingress.github.io/backend-protocol": "h1-ssl",
		"alb.ingress.kubernetes.io/backend-protocol": "HTTPS", "alb.ingress.kubernetes.io/healthcheck-protocol": "HTTPS",
		"route.openshift.io/termination": "reencrypt",
	}
	backend := map[string]string{
		"traefik.ingress.kubernetes.io/service.serversscheme": "https", "projectcontour.io/upstream-protocol.tls": "http",
		"cloud.google.com/app-protocols": `{"http":"HTTPS"}`,
	}
	nodePort := none
	nodePort.Service = &v1alpha1.ServiceSpec{Type: "NodePort"}
	throughNodes := with()
	delete(throughNodes, "alb.ingress.kubernetes.io/target-type")
	for name, tc := range map[string]struct {
		in   resources.Input
		want map[string]map[string]string
	}{
		"none": {exposed(none, false), map[string]map[string]string{
			"Route": {routeTimeout: "30m"}, "Ingress": with(),
		}},
		"through the nodes": {exposed(nodePort, false), map[string]map[string]string{
			"Route": {routeTimeout: "30m"}, "Ingress": throughNodes,
		}},
		"none, with TLS": {exposed(none, true), map[string]map[string]string{
			"Service": backend, "Route": {routeTimeout: "30m"}, "Ingress": with(secured),
		}},
		"no Ingress, with TLS": {
			exposed(v1alpha1.NetworkingSpec{Route: &v1alpha1.RouteSpec{}, HTTPRoute: &v1alpha1.HTTPRouteSpec{}}, true),
			map[string]map[string]string{"Route": {routeTimeout: "30m"}},
		},
		"some": {exposed(some, false), map[string]map[string]string{
			"Service": users, "Route": users, "Ingress": with(users), "HTTPRoute": users,
		}},
	} {
		intents := map[string]runtime.ApplyConfiguration{
			"Service": resources.Service(tc.in), "Route": resources.Route(tc.in), "HTTPRoute": resources.HTTPRoute(tc.in, true),
		}
		if tc.in.Spec.Networking.Ingress != nil {
			intents["Ingress"] = resources.Ingress(tc.in)
		}
		for kind, intent := range intents {
			if diff := cmp.Diff(tc.want[kind], generic(t, intent).GetAnnotations()); diff != "" {
				t.Errorf("%s, %s: %s", name, kind, diff)
			}
		}
	}
}

func TestServiceType(t *testing.T) {
	for given, want := range map[v1alpha1.ServiceType]corev1.ServiceType{
		"": corev1.ServiceTypeClusterIP, "NodePort": corev1.ServiceTypeNodePort, "LoadBalancer": corev1.ServiceTypeLoadBalancer,
	} {
		in := exposed(v1alpha1.NetworkingSpec{Service: &v1alpha1.ServiceSpec{Type: given}}, false)
		if got := *resources.Service(in).Spec.Type; got != want {
			t.Errorf("%q becomes %s, want %s", given, got, want)
		}
	}
}

func TestMakeRoom(t *testing.T) {
	const ours, theirs = "zot-networking", "kubectl-edit"
	port := func(name string, number int32, protocol corev1.Protocol) corev1.ServicePort {
		return corev1.ServicePort{Name: name, Port: number, Protocol: protocol}
	}
	// live has the ports, and a record of who owns the second key of them.
	live := func(manager, owned string, ports ...corev1.ServicePort) *corev1.Service {
		operation := metav1.ManagedFieldsOperationUpdate
		if manager == ours {
			operation = metav1.ManagedFieldsOperationApply
		}
		return &corev1.Service{
			ObjectMeta: metav1.ObjectMeta{ManagedFields: []metav1.ManagedFieldsEntry{
				{Manager: "others", Operation: metav1.ManagedFieldsOperationUpdate, FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:type":{}}}`)},
				{Manager: manager, Operation: operation, FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:ports":{"k:` + owned + `":{".":{},"f:port":{}}}}}`)},
			}},
			Spec: corev1.ServiceSpec{Ports: ports},
		}
	}
	const tcp9999, udp8080 = `{\"port\":9999,\"protocol\":\"TCP\"}`, `{\"port\":8080,\"protocol\":\"UDP\"}`
	alone := map[string]int32{"http": 8080}
	for name, tc := range map[string]struct {
		live *corev1.Service
		want map[string]int32
	}{
		"no Service yet":              {nil, alone},
		"as it should be":             {live(ours, tcp9999, port("http", 8080, "TCP"), port("other", 1, "TCP")), alone},
		"our own port of before":      {live(ours, tcp9999, port("http", 9999, "TCP")), alone},
		"another number has our name": {live(theirs, tcp9999, port("http", 9999, "TCP")), map[string]int32{"http": 8080, "http-tcp-9999": 9999}},
		"another protocol has our name": {
			live(theirs, udp8080, port("http", 8080, "UDP")), map[string]int32{"http": 8080, "http-udp-8080": 8080},
		},
		"it has another name by now": {
			live(theirs, tcp9999, port("http", 8080, "TCP"), port("http-tcp-9999", 9999, "TCP")),
			map[string]int32{"http": 8080, "http-tcp-9999": 9999},
		},
		"nobody owns it any more":       {live(ours, tcp9999, port("http", 8080, "TCP"), port("http-tcp-9999", 9999, "TCP")), alone},
		"a port with a name of its own": {live(theirs, tcp9999, port("http", 8080, "TCP"), port("other", 9999, "TCP")), alone},
	} {
		service := resources.Service(input(nil))
		if err := resources.MakeRoom(service, tc.live, ours); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got := map[string]int32{}
		for _, port := range service.Spec.Ports {
			got[*port.Name] = *port.Port
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if err := resources.MakeRoom(resources.Service(input(nil)), live(theirs, `broken`, port("http", 9999, "TCP")), ours); err == nil {
		t.Error("a record that cannot be read is taken for none")
	}
}

func TestRouteTermination(t *testing.T) {
	for name, tc := range map[string]struct {
		given v1alpha1.RouteTermination
		tls   bool
		want  string
	}{
		"plain HTTP":         {"", false, "edge"},
		"TLS":                {"", true, "passthrough"},
		"TLS, and two of it": {"reencrypt", true, "reencrypt"},
		"TLS, told as it is": {"passthrough", true, "passthrough"},
		"TLS ends elsewhere": {"edge", false, "edge"},
	} {
		in := exposed(v1alpha1.NetworkingSpec{Route: &v1alpha1.RouteSpec{Termination: tc.given}}, tc.tls)
		got, _, err := unstructured.NestedStringMap(generic(t, resources.Route(in)).Object, "spec", "tls")
		want := map[string]string{"termination": tc.want, "insecureEdgeTerminationPolicy": "Redirect"}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

// What is not asked for is left to the cluster: an empty value in the intent would own the field.
func TestIngressOwnsWhatIsAskedFor(t *testing.T) {
	class := "nginx"
	for name, tc := range map[string]struct {
		given v1alpha1.IngressSpec
		want  map[string]any
	}{
		"host alone": {v1alpha1.IngressSpec{Host: "a.example"}, map[string]any{}},
		"class":      {v1alpha1.IngressSpec{Host: "a.example", ClassName: &class}, map[string]any{"ingressClassName": "nginx"}},
		"https": {
			v1alpha1.IngressSpec{Host: "a.example", TLS: &v1alpha1.IngressTLSSpec{}},
			map[string]any{"tls": []any{map[string]any{"hosts": []any{"a.example"}}}},
		},
		"https with a certificate": {
			v1alpha1.IngressSpec{Host: "a.example", TLS: &v1alpha1.IngressTLSSpec{SecretName: "a-tls"}},
			map[string]any{"tls": []any{map[string]any{"hosts": []any{"a.example"}, "secretName": "a-tls"}}},
		},
	} {
		got, _, err := unstructured.NestedMap(generic(t, resources.Ingress(exposed(v1alpha1.NetworkingSpec{Ingress: &tc.given}, false))).Object, "spec")
		delete(got, "rules")
		if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

func TestParentsOfHTTPRoute(t *testing.T) {
	in := exposed(v1alpha1.NetworkingSpec{HTTPRoute: &v1alpha1.HTTPRouteSpec{ParentRefs: []v1alpha1.GatewayReference{
		{Name: "internal"}, {Name: "public", Namespace: "gateways", SectionName: "https"},
	}}}, false)
	got, _, err := unstructured.NestedSlice(generic(t, resources.HTTPRoute(in, true)).Object, "spec", "parentRefs")
	want := []any{
		map[string]any{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "internal"},
		map[string]any{
			"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "public", "namespace": "gateways", "sectionName": "https",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}
