package workload

import (
	"slices"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

func TestGoldens(t *testing.T) {
	fixtures.Each(t, func(t *testing.T, c fixtures.Case) {
		plan, err := Component{AgentImage: fixtures.AgentImage}.Plan(
			component.Store{Object: c.Store, Spec: c.Spec}, Facts{Capabilities: c.Cluster, ClaimExists: true, Issued: true})
		if err != nil {
			t.Fatal(err)
		}
		objects := slices.Clone(plan.Apply)
		for _, once := range plan.Once {
			objects = append(objects, once.Object)
		}
		c.Golden(t, "workload.yaml", fixtures.Objects(t, append(objects, plan.Then...)))
		if len(plan.Absent) > 0 {
			t.Errorf("deletes %v on the first pass", plan.Absent)
		}
	})
}
