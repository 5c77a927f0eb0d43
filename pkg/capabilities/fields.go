package capabilities

import (
	"encoding/json"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
)

// property is the part of a schema that is walked.
type property struct {
	Properties map[string]property `json:"properties"`
	Items      *property           `json:"items"`
	Kinds      []struct {
		Kind string `json:"kind"`
	} `json:"x-kubernetes-group-version-kind"`
}

// routeFields asks the server's own description of HTTPRoutes which fields they have. Right after the CRD was made there is none yet:
// then the kind is not taken for served, and asked for again.
//
// A server that does not describe its kinds, or does not let us read that, is taken for one without the field.
func (d *Discovery) routeFields() (described, timeouts bool, err error) {
	paths, err := d.client.OpenAPIV3().Paths()
	if apierrors.IsNotFound(err) || apierrors.IsForbidden(err) {
		return true, false, nil
	}
	if err != nil {
		return false, false, fmt.Errorf("ask which fields HTTPRoutes have: %w", err)
	}
	path, ok := paths["apis/"+gateways.String()]
	if !ok {
		return false, false, nil
	}
	data, err := path.Schema(runtime.ContentTypeJSON)
	if err != nil {
		return false, false, fmt.Errorf("ask which fields HTTPRoutes have: %w", err)
	}
	var document struct {
		Components struct {
			Schemas map[string]property `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(data, &document); err != nil {
		return false, false, fmt.Errorf("read which fields HTTPRoutes have: %w", err)
	}
	for _, schema := range document.Components.Schemas {
		if len(schema.Kinds) == 0 || schema.Kinds[0].Kind != "HTTPRoute" {
			continue
		}
		rules := schema.Properties["spec"].Properties["rules"].Items
		if rules == nil {
			return true, false, nil
		}
		_, timeouts = rules.Properties["timeouts"]
		return true, timeouts, nil
	}
	return false, false, nil
}
