package storage_test

import (
	"testing"

	"github.com/zot-artifact-store/operator/controllers/storage"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

func TestGoldens(t *testing.T) {
	fixtures.Each(t, func(t *testing.T, c fixtures.Case) {
		plan, err := storage.Component{}.Plan(component.Store{Object: c.Store, Spec: c.Spec}, storage.Facts{})
		if err != nil {
			t.Fatal(err)
		}
		c.Golden(t, "storage.yaml", fixtures.Objects(t, plan.Apply))
		if len(plan.Absent) > 0 {
			t.Errorf("deletes %v; it never deletes anything", plan.Absent)
		}
	})
}
