package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	operatorsv1 "github.com/operator-framework/api/pkg/operators/v1"
	olm "github.com/operator-framework/api/pkg/operators/v1alpha1"
	"sigs.k8s.io/yaml"
)

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// What docs/operatorhub.md has people apply are objects that OLM knows every field of, which fit together and to the bundle; and OLM sees
// later releases, for which it must ask for the image again.
func TestObjectsOfTheDocs(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs", "operatorhub.md"))
	if err != nil {
		t.Fatal(err)
	}
	source, group, subscription := olm.CatalogSource{}, operatorsv1.OperatorGroup{}, olm.Subscription{}
	into := map[string]any{"CatalogSource": &source, "OperatorGroup": &group, "Subscription": &subscription}
	for _, block := range yamlBlock.FindAllStringSubmatch(string(page), -1) {
		for document := range strings.SplitSeq(block[1], "---\n") {
			kind := struct{ Kind string }{}
			if err := yaml.Unmarshal([]byte(document), &kind); err != nil {
				t.Fatal(err)
			}
			if object, known := into[kind.Kind]; known {
				if err := yaml.UnmarshalStrict([]byte(document), object); err != nil {
					t.Errorf("%s: %v", kind.Kind, err)
				}
			}
		}
	}
	strategy := source.Spec.UpdateStrategy
	if strategy == nil || strategy.RegistryPoll == nil || strategy.Interval == nil || strategy.Interval.Duration != 30*time.Minute {
		t.Errorf("OLM pulls the catalog once: updateStrategy is %+v", strategy)
	}
	if source.Spec.DisplayName == "" || source.Spec.Publisher == "" || !strings.HasSuffix(source.Spec.Image, ":latest") {
		t.Errorf("the catalog is %+v", source.Spec)
	}
	if pod := source.Spec.GrpcPodConfig; pod == nil || pod.ExtractContent == nil || pod.ExtractContent.CatalogDir != "/configs" {
		t.Errorf("the catalog's image has no program, so OLM must extract it: %+v", pod)
	}
	spec, bundle := subscription.Spec, committed(t)
	if spec == nil {
		t.Fatal("no Subscription in it")
	}
	if spec.CatalogSource != source.Name || spec.CatalogSourceNamespace != source.Namespace {
		t.Errorf("the Subscription is to %s/%s", spec.CatalogSourceNamespace, spec.CatalogSource)
	}
	if spec.Package != bundle.Package || spec.Channel != bundle.DefaultChannel {
		t.Errorf("the Subscription is to %s, channel %s", spec.Package, spec.Channel)
	}
	if group.Namespace == "" || group.Namespace != subscription.Namespace || len(group.Spec.TargetNamespaces) > 0 {
		t.Errorf("the OperatorGroup of %q is for %v", group.Namespace, group.Spec.TargetNamespaces)
	}
	if group.Namespace != bundle.CSV.Annotations["operatorframework.io/suggested-namespace"] {
		t.Errorf("the console suggests another namespace than %s", group.Namespace)
	}
}
