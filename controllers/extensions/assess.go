package extensions

import (
	"fmt"
	"strings"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/apply"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

// Assess compares what is on with what is provided. A cluster without ServiceMonitors is no problem: Prometheus may be told in another
// way.
func (Component) Assess(store component.Store, facts Facts, _ apply.Report) component.Verdict {
	verdict := component.Verdict{Conditions: []board.Condition{assess(store.Spec, facts)}}
	if defaults.ServiceMonitorOn(store.Spec) && !facts.ServiceMonitorAPI {
		verdict.RequeueAfter = facts.ServiceMonitorAgain
	}
	return verdict
}

func assess(spec v1alpha1.ZotArtifactStoreSpec, facts Facts) board.Condition {
	const kind = v1alpha1.ConditionExtensionsReady
	if missing := notProvided(spec); len(missing) > 0 {
		return board.False(kind, v1alpha1.ReasonExtensionNotProvided, fmt.Sprintf(
			"This version of the operator does not provide %s. Set enabled: false there, or upgrade the operator.",
			strings.Join(missing, ", ")))
	}
	if !defaults.MetricsOn(spec) && !defaults.SearchOn(spec) && !defaults.ScrubOn(spec) && !defaults.SyncOn(spec) {
		return board.True(kind, v1alpha1.ReasonNotRequested, "No extension is on.")
	}
	message := "Every extension that is on is part of zot's configuration."
	if defaults.ServiceMonitorOn(spec) && facts.ServiceMonitorAPI {
		message += " Prometheus finds the figures by a ServiceMonitor."
	}
	return board.True(kind, v1alpha1.ReasonExtensionsConfigured, message)
}

// notProvided names what the spec turns on and nothing serves yet.
func notProvided(spec v1alpha1.ZotArtifactStoreSpec) []string {
	var out []string
	if defaults.S3APIOn(spec) {
		out = append(out, "spec.extensions.s3api")
	}
	if defaults.RBACOn(spec) {
		out = append(out, "spec.extensions.rbac")
	}
	return out
}
