package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zot-artifact-store/operator/test/e2e/audit"
)

var began = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// sent are requests as the audit log tells of them.
func sent() requests {
	at := func(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }
	return requests{
		{Verb: "get", Resource: "services", Namespace: namespace, Code: 404, Received: at(1)},
		{Verb: "patch", Resource: "services", Namespace: namespace, Code: 201, Received: at(2)},
		{Verb: "patch", Resource: "services", Namespace: namespace, Code: 200, Received: at(3)},
		{Verb: "patch", Resource: "zotartifactstores", Subresource: "status", Namespace: namespace, Code: 200, Received: at(4)},
		{Verb: "create", Resource: "events", Namespace: namespace, Code: 201, Received: at(5)},
		{Verb: "watch", Resource: "pods", Code: 200, Received: at(6)},
		{Verb: "get", Path: "/apis", Code: 200, Received: at(6)},
		{Verb: "update", Group: "coordination.k8s.io", Resource: "leases", Namespace: operatorNamespace, Code: 200, Received: at(7)},
	}
}

func TestRequestsAreToldApart(t *testing.T) {
	for name, tc := range map[string]struct {
		hold func(audit.Request) bool
		want int
	}{
		"acting":   {acting, 5},
		"writing":  {writing, 4},
		"creating": {creating, 1},
		"caching":  {caching, 2},
		"leading":  {leading, 1},
		"holding":  {holding, 1},
		"refused":  {refused, 0},
	} {
		if got := len(sent().that(tc.hold)); got != tc.want {
			t.Errorf("%s: got %d, want %d", name, got, tc.want)
		}
	}
}

func TestGrown(t *testing.T) {
	got := grown(2, 3, began, began.Add(6*time.Second), sent(), 4, 1)
	want := growth{
		Stores: 2, Before: 3, Objects: 2, Ready: 6, PodSeconds: podTime.Seconds(), ObjectsPerStore: 0.5,
		Verbs: map[string]float64{"get": 0.5, "patch": 1.5, "create": 0.5},
		Kinds: map[string]float64{
			"get services": 0.5, "patch services": 1, "patch zotartifactstores/status": 0.5, "create events": 0.5,
		},
		Total: 2.5, Questions: 2, CPU: 500,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// within are figures that break no limit.
func within() *figures {
	return &figures{
		Growth: []growth{{Stores: 50, ObjectsPerStore: 7, Total: 30, Objects: 5, Verbs: map[string]float64{"get": 7}}},
		Memory: []weight{{When: "after a start"}, {When: "after their creation", Stores: 50, usage: usage{RSS: 70 << 20}}},
	}
}

func TestLimits(t *testing.T) {
	if err := bounds.judge(within()); err != nil {
		t.Errorf("good figures: %v", err)
	}
	for want, spoil := range map[string]func(*figures){
		"99.0 requests per store":   func(f *figures) { f.Growth[0].Total = 99 },
		"idle operator":             func(f *figures) { f.Idle.Acting = map[string]int{"get": 1} },
		"restarted operator":        func(f *figures) { f.Restart.Writing = 1 },
		"the operator's role lacks": func(f *figures) { f.Refused = 1 },
	} {
		f := within()
		spoil(f)
		if err := bounds.judge(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error about %q", err, want)
		}
	}
}

func TestPrint(t *testing.T) {
	var out bytes.Buffer
	within().print(&out)
	for _, want := range []string{"per store, 50 created beside 0", "10.0", "70.0 MiB"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}
