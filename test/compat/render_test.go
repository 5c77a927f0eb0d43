package compat

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/zot-artifact-store/operator/controllers/extensions"
	"github.com/zot-artifact-store/operator/controllers/networking"
	"github.com/zot-artifact-store/operator/controllers/storage"
	"github.com/zot-artifact-store/operator/controllers/workload"
	"github.com/zot-artifact-store/operator/pkg/capabilities"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

// objectsEnv names the folder that gets what is rendered, for test/compat/types: server/case/file, with files named as the goldens.
// Without it nothing is written.
const objectsEnv = "OBJECTS_FOR_OLDEST"

func TestRenderForTheOldestServers(t *testing.T) {
	for _, server := range oldest() {
		t.Run(server.name, func(t *testing.T) {
			asked, err := capabilities.NewDiscovery(server)
			if err != nil {
				t.Fatal(err)
			}
			fixtures.Each(t, func(t *testing.T, c fixtures.Case) {
				c.Cluster = asked.Current()
				for file, objects := range render(t, c) {
					write(t, filepath.Join(server.name, c.Name, file), objects)
				}
			})
		})
	}
}

// render gives what each controller makes of a new store.
func render(t *testing.T, c fixtures.Case) map[string][]byte {
	t.Helper()
	store := component.Store{Object: c.Store, Spec: c.Spec}
	claims, err := storage.Component{}.Plan(store, storage.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	access, err := networking.Component{}.Plan(store, networking.Facts{
		Capabilities: c.Cluster, RouteAPI: c.Cluster.Route, HTTPRouteAPI: c.Cluster.HTTPRoute,
	})
	if err != nil {
		t.Fatal(err)
	}
	runs, err := workload.Component{AgentImage: fixtures.AgentImage}.Plan(
		store, workload.Facts{Capabilities: c.Cluster, ClaimExists: true, Issued: true})
	if err != nil {
		t.Fatal(err)
	}
	beside, err := extensions.Component{}.Plan(store, extensions.Facts{ServiceMonitorAPI: c.Cluster.ServiceMonitor})
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"extensions.yaml": objects(t, beside),
		"storage.yaml":    objects(t, claims),
		"networking.yaml": objects(t, access),
		"workload.yaml":   objects(t, runs),
	}
}

// objects are all that a plan makes.
func objects(t *testing.T, plan component.Plan) []byte {
	t.Helper()
	made := slices.Clone(plan.Apply)
	for _, once := range plan.Once {
		made = append(made, once.Object)
	}
	return fixtures.Objects(t, append(made, plan.Then...))
}

func write(t *testing.T, name string, content []byte) {
	t.Helper()
	folder := os.Getenv(objectsEnv)
	if folder == "" {
		return
	}
	file := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
}
