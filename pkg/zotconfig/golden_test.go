package zotconfig_test

import (
	"testing"

	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

func TestGoldens(t *testing.T) {
	fixtures.Each(t, func(t *testing.T, c fixtures.Case) {
		if defaults.RBACOn(c.Spec) { // As controllers/workload does.
			in := resources.Input{Namespace: c.Store.Namespace, Name: c.Store.Name, Spec: c.Spec}
			c.Spec.ExternalURL = resources.WayBack(in, resources.Outside{})
		}
		documents, err := zotconfig.Render(zotconfig.Store{Namespace: c.Store.Namespace, Name: c.Store.Name, UID: c.Store.UID}, c.Spec)
		if err != nil {
			t.Fatal(err)
		}
		merged, err := documents.Merged()
		if err != nil {
			t.Fatal(err)
		}
		c.Golden(t, "boot.json", documents.Boot)
		c.Golden(t, "live.json", documents.Live)
		c.Golden(t, "zot-config.json", merged)
	})
}
