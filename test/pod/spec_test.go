package pod

import (
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// Hashes of the passwords "one" and "two".
var hashes = map[string]string{
	"one": "$5$saltsalt$Xrzp1lrdTubHSU4u0iqRxZwBPbSpWgYCCIE1mGPjVM4",
	"two": "$5$saltsalt$ab/jD0Rxktb8s4TEa8aSpeYgPEOtF2tr5MaSbOSF7K2",
}

// specOf reads the spec of a store as a user writes it.
func specOf(t *testing.T, text string) v1alpha1.ZotArtifactStoreSpec {
	t.Helper()
	var spec v1alpha1.ZotArtifactStoreSpec
	if err := yaml.UnmarshalStrict([]byte(text), &spec); err != nil {
		t.Fatalf("the spec is wrong: %v\n%s", err, text)
	}
	return spec
}
