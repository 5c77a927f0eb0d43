package networking_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/controllers/networking"
)

func TestPlan(t *testing.T) {
	everything := networking.Facts{RouteAPI: true, HTTPRouteAPI: true}
	for name, tc := range map[string]struct {
		store         string
		facts         networking.Facts
		wants, absent []string
	}{
		"nothing more than the Service: old ones go": {"minimal", everything, []string{"Service"}, []string{"Route", "Ingress", "HTTPRoute"}},
		"only what there can be goes":                {"minimal", networking.Facts{}, []string{"Service"}, []string{"Ingress"}},
		"only what is there":                         {"minimal", networking.Facts{RouteAgain: time.Second}, []string{"Service"}, []string{"Ingress"}},
		"a Route":                                    {"route", everything, []string{"Service", "Route"}, []string{"Ingress", "HTTPRoute"}},
		"a Route, and there are none":                {"route", networking.Facts{}, []string{"Service"}, []string{"Ingress"}},
		"an Ingress":                                 {"ingress", everything, []string{"Service", "Ingress"}, []string{"Route", "HTTPRoute"}},
		"an Ingress needs no API":                    {"ingress", networking.Facts{}, []string{"Service", "Ingress"}, nil},
		"an HTTPRoute":                               {"httproute", everything, []string{"Service", "HTTPRoute"}, []string{"Route", "Ingress"}},
		"an HTTPRoute, and there are none":           {"httproute", networking.Facts{}, []string{"Service"}, []string{"Ingress"}},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := networking.Component{}.Plan(load(t, tc.store), tc.facts)
			if err != nil {
				t.Fatal(err)
			}
			var wants, absent []string
			for _, intent := range plan.Apply {
				var meta metav1.TypeMeta
				data, err := json.Marshal(intent)
				if err != nil {
					t.Fatal(err)
				}
				if err := json.Unmarshal(data, &meta); err != nil {
					t.Fatal(err)
				}
				wants = append(wants, meta.Kind)
			}
			for _, ref := range plan.Absent {
				absent = append(absent, ref.Kind)
			}
			if diff := cmp.Diff(tc.wants, wants); diff != "" {
				t.Errorf("wants: %s", diff)
			}
			if diff := cmp.Diff(tc.absent, absent); diff != "" {
				t.Errorf("lets go: %s", diff)
			}
		})
	}
}

// A Service whose port somebody has given another number is mended.
func TestPlanMakesRoomForOurPort(t *testing.T) {
	live := &corev1.Service{Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "http", Port: 9999, Protocol: corev1.ProtocolTCP}}}}
	live.ManagedFields = []metav1.ManagedFieldsEntry{{
		Manager: "kubectl-edit", Operation: metav1.ManagedFieldsOperationUpdate,
		FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:ports":{"k:{\"port\":9999,\"protocol\":\"TCP\"}":{".":{}}}}}`),
	}}
	plan, err := networking.Component{}.Plan(load(t, "minimal"), networking.Facts{Service: live})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(plan.Apply[0])
	if err != nil {
		t.Fatal(err)
	}
	var service corev1.Service
	if err := json.Unmarshal(data, &service); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, port := range service.Spec.Ports {
		names = append(names, port.Name)
	}
	if diff := cmp.Diff([]string{"http", "http-tcp-9999"}, names); diff != "" {
		t.Error(diff)
	}
}
