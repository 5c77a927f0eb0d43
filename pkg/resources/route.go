package resources

import (
	routev1 "github.com/openshift/api/route/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/zot-artifact-store/operator/pkg/names"
)

// Route is the way in from outside of an OpenShift cluster. The router serves https in each case, be it with a certificate of its
// own or with the registry's, and sends those who come by http there.
//
// It is written by hand, as openshift/api has types and no apply configurations.
func Route(in Input) runtime.ApplyConfiguration {
	wanted := in.Spec.Networking.Route
	tls := map[string]any{
		// The API's values are OpenShift's.
		"termination":                   string(wanted.Termination),
		"insecureEdgeTerminationPolicy": string(routev1.InsecureEdgeTerminationPolicyRedirect),
	}
	if wanted.DestinationCACertificate != "" {
		tls["destinationCACertificate"] = wanted.DestinationCACertificate
	}
	spec := map[string]any{
		"to":             map[string]any{"kind": "Service", "name": names.Service(in.Name), "weight": int64(100)},
		"port":           map[string]any{"targetPort": HTTPPort},
		"tls":            tls,
		"wildcardPolicy": string(routev1.WildcardPolicyNone),
	}
	if wanted.Host != "" {
		spec["host"] = wanted.Host
	}
	annotations := overridden(map[string]string{
		// The router's own limit is 30 s, less than a large layer takes.
		"haproxy.router.openshift.io/timeout": "30m",
	}, wanted.Annotations)
	return untypedObject(in, routev1.GroupVersion.String(), "Route", names.Route(in.Name), annotations, spec)
}
