package networking_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/zot-artifact-store/operator/controllers/networking"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

func load(t *testing.T, name string) component.Store {
	t.Helper()
	c := fixtures.Load(t, name)
	return component.Store{Object: c.Store, Spec: c.Spec}
}

// admitted is an answer of a router.
func admitted(router, host string, status corev1.ConditionStatus, reason, message string) routev1.RouteIngress {
	return routev1.RouteIngress{RouterName: router, Host: host, Conditions: []routev1.RouteIngressCondition{
		{Type: "Other", Status: corev1.ConditionTrue},
		{Type: routev1.RouteAdmitted, Status: status, Reason: reason, Message: message},
	}}
}

func route(ingress ...routev1.RouteIngress) *routev1.Route {
	return &routev1.Route{Status: routev1.RouteStatus{Ingress: ingress}}
}

func TestAssess(t *testing.T) {
	const own, outside = "http://route.zot-system.svc:8080", "https://registry.example.com"
	refused := admitted("internal", "", corev1.ConditionFalse, "HostAlreadyClaimed", "route other has it.")
	taken := admitted("default", "registry.example.com", corev1.ConditionTrue, "", "")
	service := &corev1.Service{}
	did := func(service, route apply.Outcome) apply.Report {
		var out apply.Report
		for kind, outcome := range map[string]apply.Outcome{"Service": service, "Route": route} {
			result := apply.Result{Outcome: outcome}
			if result.Ref.Kind = kind; outcome == apply.Failed {
				result.Err = errors.New("timeout")
			}
			out = append(out, result)
		}
		return out
	}
	inPlace := did(apply.Unchanged, apply.Sent)
	ready := func(message string) board.Condition {
		return board.Condition{Type: "NetworkingReady", Status: "True", Reason: "ServiceReady", Message: message}
	}
	not := func(reason, message string) board.Condition {
		return board.Condition{Type: "NetworkingReady", Status: "False", Reason: reason, Message: message}
	}
	for name, tc := range map[string]struct {
		store    string
		facts    networking.Facts
		report   apply.Report
		want     board.Condition
		internal string
		external string
		// unknown: the addresses of before stay.
		unknown bool
		again   time.Duration
	}{
		"a Service is enough": {
			store: "minimal", want: ready("Service and NetworkPolicy are in place."), internal: "http://zot-artifact-store-minimal.zot-system.svc:8080",
		},
		"another port": {
			store: "access-control", want: ready("Service and NetworkPolicy are in place."), internal: "http://access-control.zot-system.svc:5000",
		},
		"being written": {
			store: "route", facts: networking.Facts{RouteAPI: true, Route: route(taken)}, report: did(apply.Failed, apply.Unchanged),
			want: not("Progressing", "The Service is being written."), unknown: true,
		},
		"the Route is being written": {
			store: "route", facts: networking.Facts{RouteAPI: true, Route: route(taken)}, report: did(apply.Applied, apply.Failed),
			want: not("Progressing", "The Route is being written."), internal: own,
		},
		// The conflict itself is told by whoever runs the component.
		"somebody else's Service": {
			store: "minimal", report: did(apply.Foreign, ""), want: ready("Service and NetworkPolicy are in place."),
		},
		"a deleted store's Service": {
			store: "minimal", report: did(apply.Former, ""), want: ready("Service and NetworkPolicy are in place."),
		},
		"somebody else's Route": {
			store: "route", facts: networking.Facts{RouteAPI: true, Route: route(taken)}, report: did(apply.Applied, apply.Foreign),
			want: ready("Service, Route and NetworkPolicy are in place."), internal: own,
		},
		"no Routes here": {
			store: "route",
			want: not("RouteAPIMissing", "spec.networking.route asks for a Route, but this cluster does not have route.openshift.io. "+
				"Set enabled: false there."),
			internal: own,
		},
		"Routes to come": {
			store: "route", facts: networking.Facts{RouteAgain: 2 * time.Second},
			want: not("Progressing", "spec.networking.route asks for a Route. This cluster announces route.openshift.io and does not "+
				"serve it now. If it stays so: `kubectl get apiservice v1.route.openshift.io` says why."),
			internal: own, again: 2 * time.Second,
		},
		"no Route yet": {
			store: "route", facts: networking.Facts{RouteAPI: true},
			want: not("Progressing", "The Route is being created."), internal: own,
		},
		"no router yet": {
			store: "route", facts: networking.Facts{RouteAPI: true, Route: route()},
			want: not("RouteNotAdmitted", "The Route is not admitted. No router has answered yet."), internal: own,
		},
		"refused": {
			store: "route", facts: networking.Facts{RouteAPI: true, Route: route(refused)},
			want: not("RouteNotAdmitted",
				"The Route is not admitted. Router internal refuses it: HostAlreadyClaimed route other has it."),
			internal: own,
		},
		"taken by one of two routers": {
			store: "route", facts: networking.Facts{RouteAPI: true, Route: route(refused, taken)},
			want: ready("Service, Route and NetworkPolicy are in place."), internal: own, external: outside,
		},
		"a paused store keeps what it has": {
			store: "route", facts: networking.Facts{Service: service, RouteAPI: true, Route: route(taken)}, report: did(apply.Kept, apply.Kept),
			want: ready("Service, Route and NetworkPolicy are in place."), internal: own, external: outside,
		},
		"a paused store that has nothing": {
			store: "route", facts: networking.Facts{RouteAPI: true}, report: did(apply.Kept, apply.Kept),
			want: not("Progressing", "The Route is being created."),
		},
		"a Route that nobody asks for any more": {
			store: "minimal", facts: networking.Facts{RouteAPI: true, Route: route(taken)},
			want: ready("Service and NetworkPolicy are in place."), internal: "http://zot-artifact-store-minimal.zot-system.svc:8080",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.report == nil {
				tc.report = inPlace
			}
			got := networking.Component{}.Assess(load(t, tc.store), tc.facts, tc.report)
			want := component.Verdict{
				Conditions:   []board.Condition{tc.want},
				Facts:        board.Facts{Addresses: &board.Addresses{Service: tc.internal, External: tc.external}},
				RequeueAfter: tc.again,
			}
			if tc.unknown {
				want.Facts.Addresses = nil
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// No watch tells when an announced API begins to answer.
func TestAssessAsksAgainForAnnouncedRoutes(t *testing.T) {
	for name, tc := range map[string]struct {
		store string
		facts networking.Facts
		again time.Duration
	}{
		"asked for and announced":  {"route", networking.Facts{RouteAgain: 2 * time.Second}, 2 * time.Second},
		"asked for, none to come":  {"route", networking.Facts{}, 0},
		"announced, not asked for": {"minimal", networking.Facts{RouteAgain: 2 * time.Second}, 30 * time.Second},
		"announced long ago":       {"route", networking.Facts{RouteAgain: 16 * time.Second}, 16 * time.Second},
		"two are announced": {
			"route", networking.Facts{RouteAgain: 4 * time.Second, HTTPRouteAgain: 2 * time.Second}, 4 * time.Second,
		},
		"the other is announced": {"route", networking.Facts{RouteAPI: true, HTTPRouteAgain: 2 * time.Second}, 30 * time.Second},
		"served":                 {"route", networking.Facts{RouteAPI: true}, 0},
	} {
		if got := (networking.Component{}).Assess(load(t, tc.store), tc.facts, nil).RequeueAfter; got != tc.again {
			t.Errorf("%s: looks again after %s", name, got)
		}
	}
}
