package workload

import (
	"testing"

	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

func TestGoldens(t *testing.T) {
	fixtures.Each(t, func(t *testing.T, c fixtures.Case) {
		plan, err := Component{AgentImage: fixtures.AgentImage}.Plan(
			component.Store{Object: c.Store, Spec: c.Spec}, Facts{Capabilities: c.Cluster, ClaimExists: true})
		if err != nil {
			t.Fatal(err)
		}
		c.Golden(t, "workload.yaml", fixtures.Objects(t, plan.All()))
		if len(plan.Absent) > 0 {
			t.Errorf("deletes %v on the first pass", plan.Absent)
		}
	})
}
