package main

import (
	"testing"

	"github.com/operator-framework/api/pkg/validation"
	validator "github.com/operator-framework/api/pkg/validation/interfaces"
)

// Every validator of operator-framework/api but three finds nothing, no error and no warning. MultipleArchitecturesValidator asks a
// container engine for the images' platforms: hack/release's test of a release asks the archives instead (TestMade/Architectures).
// PackageManifestValidator judges the format before bundles. OperatorHubValidator is OperatorHubV2, StandardCategories and
// StandardCapabilities, and warns of itself.
func TestValidatorsFindNothing(t *testing.T) {
	bundle := committed(t)
	objects := bundle.ObjectsToValidate()
	for _, object := range bundle.Objects {
		objects = append(objects, object)
	}
	// The oldest server that the bundle claims.
	objects = append(objects, map[string]string{"k8s-version": "1.28"})
	for name, judge := range map[string]validator.Validator{
		"ClusterServiceVersion": validation.ClusterServiceVersionValidator, "CustomResourceDefinition": validation.CustomResourceDefinitionValidator,
		"Bundle": validation.BundleValidator, "OperatorHubV2": validation.OperatorHubV2Validator,
		"StandardCategories": validation.StandardCategoriesValidator, "StandardCapabilities": validation.StandardCapabilitiesValidator,
		"Object": validation.ObjectValidator, "OperatorGroup": validation.OperatorGroupValidator,
		"AlphaDeprecatedAPIs": validation.AlphaDeprecatedAPIsValidator, "GoodPractices": validation.GoodPracticesValidator,
		"Community": validation.CommunityOperatorValidator,
	} {
		t.Run(name, func(t *testing.T) {
			results := judge.Validate(objects...)
			if len(results) == 0 && name != "Object" && name != "OperatorGroup" {
				t.Error("it has judged nothing")
			}
			for _, result := range results {
				for _, finding := range append(result.Errors, result.Warnings...) {
					t.Error(finding)
				}
			}
		})
	}
}

// A bundle with faults is found out: the test above cannot pass because nothing is looked at.
func TestValidatorsFindFaults(t *testing.T) {
	bundle := committed(t)
	bundle.CSV.Spec.MinKubeVersion = ""
	bundle.CSV.Annotations["capabilities"] = "Everything"
	bundle.CSV.Annotations["categories"] = "Nothing"
	bundle.CSV.Spec.InstallStrategy.StrategySpec.DeploymentSpecs[0].Spec.Template.Spec.Containers[0].Resources.Requests = nil
	for name, judge := range map[string]validator.Validator{
		"ClusterServiceVersion": validation.ClusterServiceVersionValidator, "StandardCapabilities": validation.StandardCapabilitiesValidator,
		"StandardCategories": validation.StandardCategoriesValidator, "GoodPractices": validation.GoodPracticesValidator,
	} {
		found := 0
		for _, result := range judge.Validate(bundle.ObjectsToValidate()...) {
			found += len(result.Errors) + len(result.Warnings)
		}
		if found == 0 {
			t.Errorf("%s finds nothing", name)
		}
	}
}
