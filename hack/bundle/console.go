package main

import (
	"fmt"
	"regexp"

	consolev1 "github.com/openshift/api/console/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// consoleSamples are the samples that OpenShift's console offers in its YAML editor.
var consoleSamples = []struct{ sample, title, description string }{
	{"minimal", "A first store", "One registry with a volume of the cluster's default StorageClass."},
	{"s3", "Artifacts in an S3 bucket", "A registry whose artifacts are in a bucket of Amazon S3 or of a server like it."},
	{"keycloak", "Sign-in with Keycloak", "A registry in which people sign in with Keycloak, and in which their groups decide."},
}

// namespaceLine is the namespace of a sample's store. The console creates in the one that its user has chosen.
var namespaceLine = regexp.MustCompile(`(?m)^  namespace: .*\n`)

// consoleFiles adds the ConsoleYAMLSamples. They are no part of the bundle: OLM refuses one with kinds that a cluster does not know.
func consoleFiles(in inputs, to files) error {
	printed := []byte(notice)
	for _, one := range consoleSamples {
		text, err := in.sample(one.sample)
		if err != nil {
			return err
		}
		text = namespaceLine.ReplaceAllString(text, "")
		object, err := clean(&consolev1.ConsoleYAMLSample{
			TypeMeta: metav1.TypeMeta{APIVersion: consolev1.GroupVersion.String(), Kind: "ConsoleYAMLSample"},
			ObjectMeta: metav1.ObjectMeta{
				Name: "zot-artifact-store-" + one.sample, Labels: map[string]string{"app.kubernetes.io/name": "zot-operator"},
			},
			Spec: consolev1.ConsoleYAMLSampleSpec{
				TargetResource: metav1.TypeMeta{APIVersion: "artifacts.zot.io/v1alpha1", Kind: "ZotArtifactStore"},
				Title:          consolev1.ConsoleYAMLSampleTitle(one.title),
				Description:    consolev1.ConsoleYAMLSampleDescription(one.description),
				YAML:           consolev1.ConsoleYAMLSampleYAML(text),
			},
		})
		if err != nil {
			return fmt.Errorf("sample %s: %w", one.sample, err)
		}
		printed = append(append(printed, "---\n"...), object...)
	}
	to["config/openshift/console/samples.yaml"] = printed
	return nil
}
