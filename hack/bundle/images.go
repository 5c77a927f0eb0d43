package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	olm "github.com/operator-framework/api/pkg/operators/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/pkg/defaults"
)

// Environment of the manager that names images.
const (
	agentImageVariable = "AGENT_IMAGE"
	zotImageVariable   = "RELATED_IMAGE_ZOT"
)

// gathererAnnotation names the image that `oc adm must-gather --all-images` runs for this operator; gatherer is what its name ends with.
const (
	gathererAnnotation = "operators.openshift.io/must-gather-image"
	gatherer           = "-must-gather"
)

// Annotations of a CSV that OperatorHub shows as features: one for each, and the older list of those that there are.
const (
	features      = "features.operators.openshift.io/"
	olderFeatures = "operators.openshift.io/infrastructure-features"
)

// images is what config/olm/images.yaml says.
type images struct {
	// The digests are "sha256:..." or empty.
	OperatorDigest   string `json:"operatorDigest"`
	MustGatherDigest string `json:"mustGatherDigest"`
	ZotDigest        string `json:"zotDigest"`
	// CreatedAt is an RFC 3339 time.
	CreatedAt string `json:"createdAt"`
}

var tagged = regexp.MustCompile(`^(.+):([\w][\w.-]{0,127})$`)

func readImages(file string) (images, error) {
	out := images{}
	data, err := os.ReadFile(file) // #nosec G304 -- the flag names the file
	if err != nil {
		return out, err
	}
	if err := yaml.UnmarshalStrict(data, &out); err != nil {
		return out, fmt.Errorf("%s: %w", file, err)
	}
	for _, one := range []string{out.OperatorDigest, out.MustGatherDigest, out.ZotDigest} {
		if one != "" && !defaults.IsDigest(one) {
			return out, fmt.Errorf("%s: %q is no digest: write sha256: and 64 hexadecimal digits", file, one)
		}
	}
	return out, nil
}

// pinImages puts the images by digest into the manager's Deployment, and names all of them in relatedImages, which is what people
// copy who install where nothing can be pulled from the internet.
func pinImages(in inputs, csv *olm.ClusterServiceVersion, from *installation) error {
	known, err := readImages(in.images)
	if err != nil {
		return err
	}
	manager := &from.deployment.Spec.Template.Spec.Containers[0]
	tag := tagged.FindStringSubmatch(manager.Image)
	if tag == nil || tag[2] != in.version {
		return fmt.Errorf("the Deployment's image is %s: its tag must be the version %s", manager.Image, in.version)
	}
	operator := named(tag[1], in.version, known.OperatorDigest)
	manager.Image = operator
	zot, err := pinZot(manager.Env, known.ZotDigest)
	if err != nil {
		return err
	}
	agent := find(manager.Env, agentImageVariable)
	if agent == nil {
		return fmt.Errorf("the Deployment has no variable %s", agentImageVariable)
	}
	agent.Value = operator
	csv.Annotations["containerImage"] = operator
	csv.Annotations["createdAt"] = known.CreatedAt
	gathers := named(tag[1]+gatherer, "v"+in.version, known.MustGatherDigest)
	csv.Annotations[gathererAnnotation] = gathers
	csv.Spec.RelatedImages = []olm.RelatedImage{
		{Name: "operator", Image: operator}, {Name: "must-gather", Image: gathers}, {Name: "zot", Image: zot},
	}
	claimFeatures(csv, known.OperatorDigest != "" && known.MustGatherDigest != "" && known.ZotDigest != "")
	return nil
}

// named is an image by its digest, or by its tag as long as there is none.
func named(repository, tag, digest string) string {
	if digest == "" {
		return repository + ":" + tag
	}
	return repository + "@" + digest
}

// claimFeatures says whether the operator is fit for clusters without the internet, and repeats for OpenShift before 4.10 what it is fit
// for. All images are in relatedImages, and nothing is fetched from elsewhere unless a store asks for it; but a cluster goes to a mirror
// for an image by its tag only where its administrator has set that up.
func claimFeatures(csv *olm.ClusterServiceVersion, byDigest bool) {
	csv.Annotations[features+"disconnected"] = strconv.FormatBool(byDigest)
	fit := []string{}
	for _, one := range []string{"disconnected", "proxy-aware"} {
		if csv.Annotations[features+one] == "true" {
			fit = append(fit, strconv.Quote(one))
		}
	}
	csv.Annotations[olderFeatures] = "[" + strings.Join(fit, ", ") + "]"
}

// pinZot adds the digest to the image of the stores that name none, and gives what nodes then pull. In the variable the tag stays, as it
// tells the version; the tools that copy relatedImages take no reference with both.
func pinZot(environment []corev1.EnvVar, digest string) (string, error) {
	variable := find(environment, zotImageVariable)
	if variable == nil {
		return "", fmt.Errorf("the Deployment has no variable %s", zotImageVariable)
	}
	if digest == "" {
		return variable.Value, nil
	}
	tag := tagged.FindStringSubmatch(variable.Value)
	if tag == nil {
		return "", fmt.Errorf("%s is %s: a digest needs a tag before it, which tells the version", zotImageVariable, variable.Value)
	}
	variable.Value += "@" + digest
	return tag[1] + "@" + digest, nil
}

func find(environment []corev1.EnvVar, name string) *corev1.EnvVar {
	for i := range environment {
		if environment[i].Name == name {
			return &environment[i]
		}
	}
	return nil
}
