package validation

import (
	"testing"

	"github.com/zot-artifact-store/operator/pkg/version"
)

func window(tag string) string {
	return `{image: {tag: "` + tag + `"}, storage: {gc: {timeWindow: "02:00-05:00"}}}`
}

func keepUntagged(tag string) string {
	return `{image: {tag: "` + tag + `"}, storage: {retention: {policies: [{repositories: [a]}, {repositories: ["**"], keepUntagged: {pushedWithin: 24h}}]}}}`
}

func azureOf(tag string) string {
	return `image: {tag: "` + tag + `"}` + "\n" + azure("account1", "artifacts")
}

var gateRows = []row{
	{rule: "gate-zot", spec: `image: {tag: v2.1.15}`},
	{rule: "gate-zot", spec: `image: {tag: v2.1.15-rc1}`},
	{rule: "gate-zot", spec: `image: {tag: latest}`},
	{rule: "gate-zot", spec: `image: {tag: 0.1.0-dev}`},
	{rule: "gate-zot", spec: `image: {digest: "` + digest + `"}`},
	{rule: "gate-zot", spec: `image: {tag: v2.1.14}`, refused: at("spec.image.tag")},
	{rule: "gate-zot", spec: `image: {tag: v1.4.3, digest: "` + digest + `"}`, refused: at("spec.image.tag")},

	{rule: "gate-sbom", spec: "image: {tag: v2.1.18}\nextensions: {supplychain: {sbom: {}}}"},
	{
		rule: "gate-sbom", spec: "image: {tag: v2.1.17}\nextensions: {supplychain: {sbom: {}}}",
		refused: at("spec.extensions.supplychain.sbom"),
	},

	{rule: "gate-azure", spec: azureOf("v2.1.18")},
	{rule: "gate-azure", spec: azureOf("v2.1.17"), refused: at("spec.storage.type")},
	{rule: "gate-azure", spec: `{image: {tag: v2.1.17}, storage: {type: gcp, gcp: {bucket: abc}}}`},

	{rule: "gate-gc-time-window", spec: window("v2.1.19")},
	{rule: "gate-gc-time-window", spec: window("main")},
	{rule: "gate-gc-time-window", spec: window("v2.1.18"), refused: at("spec.storage.gc.timeWindow")},

	{rule: "gate-keep-untagged", spec: keepUntagged("v2.1.19")},
	{rule: "gate-keep-untagged", spec: keepUntagged("v2.1.18"), refused: at("spec.storage.retention.policies[1].keepUntagged")},
}

func TestGatesAreInOrderAndPassTheDefault(t *testing.T) {
	zot, ok := version.ZotVersion(version.OperandTag)
	if !ok {
		t.Fatalf("%q is no version", version.OperandTag)
	}
	for i, g := range gates {
		if i > 0 && !g.needs.Since.AtLeast(gates[i-1].needs.Since) {
			t.Errorf("%s is about an older zot than the gate before it", g.rule)
		}
		if i > 0 && !g.needs.Since.AtLeast(gates[0].needs.Since) {
			t.Errorf("%s is below what every configuration needs, and can refuse nothing", g.rule)
		}
		if !zot.AtLeast(g.needs.Since) {
			t.Errorf("%s refuses the zot that this operator deploys", g.rule)
		}
	}
}
