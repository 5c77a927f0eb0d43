package extensions_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

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
	missing := func(what string) board.Condition {
		return board.Condition{
			Type: "ExtensionsReady", Status: "False", Reason: "ExtensionNotProvided",
			Message: "This version of the operator does not provide " + what + ". Set enabled: false there, or upgrade the operator.",
		}
	}
	for name, want := range map[string]board.Condition{
		"minimal":      none,
		"metrics-path": configured,
		"rbac-held":    missing("spec.extensions.rbac"),
		"extensions":   missing("spec.extensions.s3api, spec.extensions.rbac, spec.extensions.supplychain.sbom"),
		"sample":       missing("spec.extensions.s3api"),
	} {
		t.Run(name, func(t *testing.T) {
			c := fixtures.Load(t, name)
			store := component.Store{Object: c.Store, Spec: c.Spec}
			got := extensions.Component{}.Assess(store, extensions.Facts{}, nil)
			if diff := cmp.Diff(component.Verdict{Conditions: []board.Condition{want}}, got); diff != "" {
				t.Error(diff)
			}
			plan, err := extensions.Component{}.Plan(store, extensions.Facts{})
			if err != nil || len(plan.Apply)+len(plan.Absent) > 0 {
				t.Errorf("plans %+v, %v; it owns nothing", plan, err)
			}
		})
	}
}
