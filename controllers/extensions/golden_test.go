package extensions_test

import (
	"testing"

	"github.com/zot-artifact-store/operator/controllers/extensions"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

func TestGoldens(t *testing.T) {
	fixtures.Each(t, func(t *testing.T, c fixtures.Case) {
		plan, err := extensions.Component{Image: fixtures.AgentImage}.Plan(
			component.Store{Object: c.Store, Spec: c.Spec},
			extensions.Facts{ServiceMonitorAPI: c.Cluster.ServiceMonitor, Cluster: c.Cluster})
		if err != nil {
			t.Fatal(err)
		}
		objects := plan.All()
		for _, once := range plan.Once {
			objects = append(objects, once.Object)
		}
		if len(objects) > 0 || c.Has(t, "extensions.yaml") {
			c.Golden(t, "extensions.yaml", fixtures.Objects(t, objects))
		}
	})
}
