package main

import (
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	olm "github.com/operator-framework/api/pkg/operators/v1alpha1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"
)

// What OLM and catalogs decide by has exactly these values: a bundle in which one is another installs, and does something else.

// byDigest says whether nodes pull every image of the bundle by its digest, as in a release.
func byDigest(csv *olm.ClusterServiceVersion) bool {
	return len(csv.Spec.RelatedImages) > 0 && !slices.ContainsFunc(csv.Spec.RelatedImages, func(one olm.RelatedImage) bool {
		return !strings.Contains(one.Image, "@sha256:")
	})
}

// Every annotation that catalogs show is there, and none beside these.
func TestAnnotations(t *testing.T) {
	csv := committed(t).CSV
	disconnected, older := "false", `\["proxy-aware"\]`
	if byDigest(csv) {
		disconnected, older = "true", `\["disconnected", "proxy-aware"\]`
	}
	want := map[string]string{
		"alm-examples": `\[(?s:.+)\]`, "operatorframework.io/initialization-resource": `\{"apiVersion".+\}`,
		"capabilities": `Seamless Upgrades`, "categories": `Integration & Delivery,Storage`, "certified": `false`,
		"containerImage": `ghcr\.io/.+`, "createdAt": `20\d\d-\d\d-\d\dT.+`, "description": `.{10,135}`,
		"repository": `https://github\.com/zot-artifact-store/operator`, "support": `The Zot Artifact Store Operator project`,
		gathererAnnotation:                          `ghcr\.io/zot-artifact-store/operator-must-gather[:@].+`,
		"operatorframework.io/suggested-namespace":  `zot-operator-system`,
		"operators.openshift.io/valid-subscription": `\[\]`, olderFeatures: older,
		features + "disconnected": disconnected, features + "fips-compliant": `false`, features + "proxy-aware": `true`,
		features + "tls-profiles": `false`, features + "token-auth-aws": `false`, features + "token-auth-azure": `false`,
		features + "token-auth-gcp": `false`, features + "cnf": `false`, features + "cni": `false`, features + "csi": `false`,
	}
	for key, pattern := range want {
		if got, there := csv.Annotations[key]; !there || !regexp.MustCompile(`^(?:`+pattern+`)$`).MatchString(got) {
			t.Errorf("annotation %s is %q, not %s", key, got, pattern)
		}
	}
	for key := range csv.Annotations {
		if _, known := want[key]; !known {
			t.Errorf("annotation %s is not one of those that are known here", key)
		}
	}
}

func TestWebhookDefinitions(t *testing.T) {
	target, seconds := intstr.FromString("webhook"), int32(10)
	none, fail := admissionregistrationv1.SideEffectClassNone, admissionregistrationv1.Fail
	one := func(kind olm.WebhookAdmissionType, name, path string) olm.WebhookDescription {
		return olm.WebhookDescription{
			Type: kind, GenerateName: name, WebhookPath: &path, DeploymentName: "zot-operator-manager", ContainerPort: 443, TargetPort: &target,
			AdmissionReviewVersions: []string{"v1"}, SideEffects: &none, FailurePolicy: &fail, TimeoutSeconds: &seconds,
			Rules: []admissionregistrationv1.RuleWithOperations{{
				Operations: []admissionregistrationv1.OperationType{"CREATE", "UPDATE"},
				Rule: admissionregistrationv1.Rule{
					APIGroups: []string{"artifacts.zot.io"}, APIVersions: []string{"v1alpha1"}, Resources: []string{"zotartifactstores"},
				},
			}},
		}
	}
	want := []olm.WebhookDescription{
		one(olm.MutatingAdmissionWebhook, "mzotartifactstore.artifacts.zot.io", "/mutate-artifacts-zot-io-v1alpha1-zotartifactstore"),
		one(olm.ValidatingAdmissionWebhook, "vzotartifactstore.artifacts.zot.io", "/validate-artifacts-zot-io-v1alpha1-zotartifactstore"),
	}
	if got := committed(t).CSV.Spec.WebhookDefinitions; !reflect.DeepEqual(got, want) {
		t.Errorf("webhooks are\n%s\nnot\n%s", printed(t, got), printed(t, want))
	}
}

func printed(t *testing.T, object any) string {
	t.Helper()
	out, err := yaml.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestInstallation(t *testing.T) {
	csv := committed(t).CSV
	modes := map[olm.InstallModeType]bool{}
	for _, mode := range csv.Spec.InstallModes {
		modes[mode.Type] = mode.Supported
	}
	if want := map[olm.InstallModeType]bool{
		olm.InstallModeTypeOwnNamespace: false, olm.InstallModeTypeSingleNamespace: false, olm.InstallModeTypeMultiNamespace: false,
		olm.InstallModeTypeAllNamespaces: true,
	}; !maps.Equal(modes, want) {
		t.Errorf("install modes are %v", modes)
	}
	if csv.Spec.MinKubeVersion != "1.28.0" {
		t.Errorf("minKubeVersion is %q", csv.Spec.MinKubeVersion)
	}
	if want := map[string]string{
		"operatorframework.io/os.linux": "supported", "operatorframework.io/arch.amd64": "supported", "operatorframework.io/arch.arm64": "supported",
	}; !maps.Equal(csv.Labels, want) {
		t.Errorf("labels are %v", csv.Labels)
	}
	owned := csv.Spec.CustomResourceDefinitions.Owned
	if len(owned) != 1 || owned[0].Name != crdName || owned[0].Kind != "ZotArtifactStore" || owned[0].Version != "v1alpha1" {
		t.Errorf("owned are %v", owned)
	}
}

func TestMetadata(t *testing.T) {
	got := struct {
		Annotations map[string]string `json:"annotations"`
	}{}
	decode(t, filepath.Join(folder(), "metadata", "annotations.yaml"), &got)
	const bundle = "operators.operatorframework.io.bundle."
	if want := map[string]string{
		bundle + "mediatype.v1": "registry+v1", bundle + "manifests.v1": "manifests/", bundle + "metadata.v1": "metadata/",
		bundle + "package.v1": "zot-artifact-store-operator", bundle + "channels.v1": "candidate,stable", bundle + "channel.default.v1": "stable",
		"operators.operatorframework.io.test.mediatype.v1": "scorecard+v1",
		"operators.operatorframework.io.test.config.v1":    "tests/scorecard/",
		"com.redhat.openshift.versions":                    "v4.15",
	}; !maps.Equal(got.Annotations, want) {
		t.Errorf("metadata/annotations.yaml has\n%s\nnot\n%s", printed(t, got.Annotations), printed(t, want))
	}
}

// The six tests of the scorecard are asked for, by one version of its image.
func TestScorecardConfiguration(t *testing.T) {
	got := struct {
		Stages []struct {
			Tests []struct {
				Image      string
				Entrypoint []string
				Labels     map[string]string
			}
		}
	}{}
	decode(t, filepath.Join(folder(), "tests", "scorecard", "config.yaml"), &got)
	images, names := map[string]bool{}, []string{}
	for _, stage := range got.Stages {
		for _, test := range stage.Tests {
			images[test.Image] = true
			if len(test.Entrypoint) != 2 || test.Entrypoint[0] != "scorecard-test" || test.Labels["test"] != test.Entrypoint[1]+"-test" {
				t.Errorf("test %v has labels %v", test.Entrypoint, test.Labels)
				continue
			}
			names = append(names, test.Labels["suite"]+" "+test.Entrypoint[1])
		}
	}
	if want := []string{
		"basic basic-check-spec", "olm olm-bundle-validation", "olm olm-crds-have-validation", "olm olm-crds-have-resources",
		"olm olm-spec-descriptors", "olm olm-status-descriptors",
	}; !slices.Equal(names, want) {
		t.Errorf("tests are %q", names)
	}
	if len(images) != 1 {
		t.Errorf("images are %v", images)
	}
}
