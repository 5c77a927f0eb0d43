package networking_test

import (
	"testing"

	"github.com/zot-artifact-store/operator/controllers/networking"
	"github.com/zot-artifact-store/operator/pkg/component"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/test/fixtures"
)

func TestGoldens(t *testing.T) {
	fixtures.Each(t, func(t *testing.T, c fixtures.Case) {
		plan, err := networking.Component{Namespace: "zot-operator-system", ClusterDomain: defaults.ClusterDomain}.Plan(
			component.Store{Object: c.Store, Spec: c.Spec},
			networking.Facts{
				Capabilities: c.Cluster, RouteAPI: c.Cluster.Route, HTTPRouteAPI: c.Cluster.HTTPRoute,
				BackendTLSPolicyAPI: c.Cluster.BackendTLSPolicy, CertificateAPI: c.Cluster.Certificate,
			})
		if err != nil {
			t.Fatal(err)
		}
		c.Golden(t, "networking.yaml", fixtures.Objects(t, plan.Apply))
	})
}
