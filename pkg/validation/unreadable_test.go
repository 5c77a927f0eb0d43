package validation

import (
	"slices"
	"testing"
)

func TestUnreadable(t *testing.T) {
	for name, tc := range map[string]struct {
		object string
		want   []string
	}{
		"amounts":      {`{"spec": {"storage": {"size": "20Gi"}, "resources": {"limits": {"cpu": 2, "memory": "1e9"}}}}`, nil},
		"a wrong unit": {`{"spec": {"storage": {"size": "20GB"}}}`, at("spec.storage.size")},
		"several": {
			`{"spec": {"storage": {"size": ""}, "resources": {"requests": {"cpu": "half"}, "limits": {"memory": "1 Gi"}},` +
				`"extensions": {"s3api": {"maxUploadSize": true}}}}`,
			at("spec.storage.size", "spec.extensions.s3api.maxUploadSize", "spec.resources.limits.memory", "spec.resources.requests.cpu"),
		},
		"exponents that take minutes": {
			`{"spec": {"storage": {"size": "1e99999999"}, "resources": {"limits": {"memory": "5e-99999999", "cpu": 1e100}}}}`,
			at("spec.storage.size", "spec.resources.limits.cpu", "spec.resources.limits.memory"),
		},
		"nothing":                   {`{"spec": {"storage": {"size": null}}}`, nil},
		"what the schema is to say": {`{"spec": {"storage": [], "replicas": "two", "scheduling": {"tolerations": {}}}}`, nil},
		"no object":                 {`[]`, nil},
		"no JSON":                   {`{`, nil},
	} {
		errs := Unreadable([]byte(tc.object))
		if got := fieldsOf(errs); !slices.Equal(got, tc.want) && len(got)+len(tc.want) > 0 {
			t.Errorf("%s: refused at %q, want %q", name, got, tc.want)
		}
		for _, err := range errs {
			if !advice.MatchString(err.Detail) {
				t.Errorf("%s: the message does not say what to do: %q", name, err.Detail)
			}
		}
	}
}
