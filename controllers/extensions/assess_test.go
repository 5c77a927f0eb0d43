package extensions_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/controllers/extensions"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

func TestAssess(t *testing.T) {
	none := board.Condition{Type: "ExtensionsReady", Status: "True", Reason: "NotRequested", Message: "No extension is on."}
	configured := board.Condition{
		Type: "ExtensionsReady", Status: "True", Reason: "ExtensionsConfigured",
		Message: "Every extension that is on is part of zot's configuration.",
	}
	for name, want := range map[string]board.Condition{
		"minimal":      none,
		"metrics-path": configured,
		"keycloak":     configured,
	} {
		t.Run(name, func(t *testing.T) {
			c := fixtures.Load(t, name)
			store := component.Store{Object: c.Store, Spec: c.Spec}
			got := extensions.Component{}.Assess(store, extensions.Facts{}, nil)
			if diff := cmp.Diff([]board.Condition{want}, got.Conditions); diff != "" {
				t.Error(diff)
			}
			plan, err := extensions.Component{}.Plan(store, extensions.Facts{})
			if err != nil || monitors(plan) > 0 {
				t.Errorf("plans %+v, %v in a cluster without ServiceMonitors", plan, err)
			}
		})
	}
}

// What is served decides, and what is announced brings the controller back.
func TestServiceMonitor(t *testing.T) {
	const found = "Every extension that is on is part of zot's configuration. Prometheus finds the figures by a ServiceMonitor."
	off := func(spec *v1alpha1.ZotArtifactStoreSpec) {
		spec.Extensions.Metrics.ServiceMonitor = &v1alpha1.ServiceMonitorSpec{Enabled: new(false)}
	}
	none := func(spec *v1alpha1.ZotArtifactStoreSpec) { spec.Extensions.Metrics.Enabled = new(false) }
	for name, tc := range map[string]struct {
		change         func(*v1alpha1.ZotArtifactStoreSpec)
		facts          extensions.Facts
		applied, taken int
		message        string
		again          time.Duration
	}{
		"served":         {nil, extensions.Facts{ServiceMonitorAPI: true}, 1, 0, found, 0},
		"not served":     {nil, extensions.Facts{}, 0, 0, strings.TrimSuffix(found, " Prometheus finds the figures by a ServiceMonitor."), 0},
		"announced":      {nil, extensions.Facts{ServiceMonitorAgain: time.Minute}, 0, 0, "", time.Minute},
		"not wanted":     {off, extensions.Facts{ServiceMonitorAPI: true}, 0, 1, "", 0},
		"announced, off": {off, extensions.Facts{ServiceMonitorAgain: time.Minute}, 0, 0, "", 0},
		"no figures":     {none, extensions.Facts{ServiceMonitorAPI: true}, 0, 1, "No extension is on.", 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := fixtures.Load(t, "metrics-path")
			store := component.Store{Object: c.Store, Spec: c.Spec}
			if tc.change != nil {
				tc.change(&store.Spec)
			}
			plan, err := extensions.Component{}.Plan(store, tc.facts)
			if err != nil || len(plan.Apply) != tc.applied || monitors(plan)-len(plan.Apply) != tc.taken {
				t.Errorf("applies %d, of ServiceMonitors %d, %v", len(plan.Apply), monitors(plan), err)
			}
			verdict := extensions.Component{}.Assess(store, tc.facts, nil)
			if verdict.RequeueAfter != tc.again || tc.message != "" && verdict.Conditions[0].Message != tc.message {
				t.Errorf("again in %s: %s", verdict.RequeueAfter, verdict.Conditions[0].Message)
			}
		})
	}
}

// monitors counts the ServiceMonitors of a plan, wanted or not.
func monitors(plan component.Plan) int {
	count := 0
	for _, object := range plan.Apply {
		if data, err := json.Marshal(object); err == nil && strings.Contains(string(data), `"kind":"ServiceMonitor"`) {
			count++
		}
	}
	for _, ref := range plan.Absent {
		if ref.Kind == "ServiceMonitor" {
			count++
		}
	}
	return count
}
