package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/blang/semver/v4"
	olm "github.com/operator-framework/api/pkg/operators/v1alpha1"
	"sigs.k8s.io/yaml"
)

// sorted gives the keys of a map in order.
func sorted[T any](of map[string]T) []string { return slices.Sorted(maps.Keys(of)) }

// read decodes a YAML file of the repository strictly.
func (in inputs) read(into any, path ...string) error {
	file := filepath.Join(append([]string{in.root}, path...)...)
	data, err := os.ReadFile(file) // #nosec G304 -- names of this program
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalStrict(data, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// assemble puts the CSV together.
func assemble(in inputs, from *installation) (*olm.ClusterServiceVersion, error) {
	csv := &olm.ClusterServiceVersion{}
	if err := in.read(csv, "config", "olm", "csv.yaml"); err != nil {
		return nil, err
	}
	version, err := semver.Parse(in.version)
	if err != nil {
		return nil, fmt.Errorf("--version %s: %w", in.version, err)
	}
	csv.Name = csvName(in.version)
	csv.Spec.Version.Version = version
	if in.replaces != "" {
		csv.Spec.Replaces = csvName(in.replaces)
	}
	if err := pinImages(in, csv, from); err != nil {
		return nil, err
	}
	csv.Spec.InstallStrategy = from.strategy()
	for _, part := range []func(inputs, *olm.ClusterServiceVersion) error{words, examples, webhooks, form} {
		if err := part(in, csv); err != nil {
			return nil, err
		}
	}
	return csv, nil
}

func csvName(version string) string { return packageName + ".v" + version }

// words adds the description and the icon, which have files of their own.
func words(in inputs, csv *olm.ClusterServiceVersion) error {
	description, err := os.ReadFile(filepath.Join(in.root, "config", "olm", "description.md"))
	if err != nil {
		return err
	}
	icon, err := os.ReadFile(filepath.Join(in.root, "config", "olm", "icon.svg"))
	if err != nil {
		return err
	}
	csv.Spec.Description = string(description)
	csv.Spec.Icon = []olm.Icon{{Data: base64.StdEncoding.EncodeToString(icon), MediaType: "image/svg+xml"}}
	csv.Labels = map[string]string{
		"operatorframework.io/os.linux":   "supported",
		"operatorframework.io/arch.amd64": "supported",
		"operatorframework.io/arch.arm64": "supported",
	}
	return nil
}

// samples that the console offers to somebody who creates a store, the first one in its form; each is one of config/samples.
var samples = []string{"minimal", "s3", "azure", "gcp", "keycloak", "tls", "highavailability", "s3api"}

// sample is the store of one of config/samples, without the namespace before it.
func (in inputs) sample(name string) (string, error) {
	data, err := os.ReadFile(filepath.Join(in.root, "config", "samples", "zotartifactstore_"+name+".yaml"))
	text := string(data)
	return text[strings.LastIndex(text, "\n---\n")+len("\n---\n"):], err
}

// examples adds the samples, without the namespace that the console knows.
func examples(in inputs, csv *olm.ClusterServiceVersion) error {
	var all []map[string]any
	for _, name := range samples {
		text, err := in.sample(name)
		if err != nil {
			return err
		}
		store := map[string]any{}
		if err := yaml.Unmarshal([]byte(text), &store); err != nil {
			return fmt.Errorf("sample %s: %w", name, err)
		}
		meta, _ := store["metadata"].(map[string]any)
		delete(meta, "namespace")
		all = append(all, store)
	}
	printed, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	first, err := json.Marshal(all[0])
	if err != nil {
		return err
	}
	csv.Annotations["alm-examples"] = string(printed)
	csv.Annotations["operatorframework.io/initialization-resource"] = string(first)
	return nil
}

// webhooks adds what OLM makes webhook configurations, a Service and a certificate from.
func webhooks(in inputs, csv *olm.ClusterServiceVersion) error {
	all, err := in.webhookConfigurations()
	if err != nil {
		return err
	}
	for _, hook := range all {
		port, target := int32(443), hook.target
		csv.Spec.WebhookDefinitions = append(csv.Spec.WebhookDefinitions, olm.WebhookDescription{
			Type: hook.kind, GenerateName: hook.Name, DeploymentName: deploymentName, ContainerPort: port, TargetPort: &target,
			AdmissionReviewVersions: hook.AdmissionReviewVersions, SideEffects: hook.SideEffects, FailurePolicy: hook.FailurePolicy,
			TimeoutSeconds: hook.TimeoutSeconds, Rules: hook.Rules, WebhookPath: hook.ClientConfig.Service.Path,
		})
	}
	return nil
}
