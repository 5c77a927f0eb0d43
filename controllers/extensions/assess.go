package extensions

import (
	"fmt"
	"strings"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/board"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

func assess(spec v1alpha1.ZotArtifactStoreSpec) board.Condition {
	const kind = v1alpha1.ConditionExtensionsReady
	if missing := notProvided(spec); len(missing) > 0 {
		return board.False(kind, v1alpha1.ReasonExtensionNotProvided, fmt.Sprintf(
			"This version of the operator does not provide %s. Set enabled: false there, or upgrade the operator.",
			strings.Join(missing, ", ")))
	}
	if !defaults.MetricsOn(spec) && !defaults.SigningOn(spec) {
		return board.True(kind, v1alpha1.ReasonNotRequested, "No extension is on.")
	}
	return board.True(kind, v1alpha1.ReasonExtensionsConfigured, "Every extension that is on is part of zot's configuration.")
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
	if defaults.SBOMOn(spec) {
		out = append(out, "spec.extensions.supplychain.sbom")
	}
	return out
}
