package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	olm "github.com/operator-framework/api/pkg/operators/v1alpha1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
)

// webhook is a validating or a mutating one; what both have has the same names.
type webhook struct {
	admissionregistrationv1.ValidatingWebhook

	kind   olm.WebhookAdmissionType
	target intstr.IntOrString
}

// webhookConfigurations reads what the markers in webhooks/ have become.
func (in inputs) webhookConfigurations() ([]webhook, error) {
	data, err := os.ReadFile(filepath.Join(in.root, "config", "webhook", "manifests.yaml"))
	if err != nil {
		return nil, err
	}
	kinds := map[string]olm.WebhookAdmissionType{
		"MutatingWebhookConfiguration": olm.MutatingAdmissionWebhook, "ValidatingWebhookConfiguration": olm.ValidatingAdmissionWebhook,
	}
	var out []webhook
	documents := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), len(data))
	for {
		configuration := admissionregistrationv1.ValidatingWebhookConfiguration{}
		if err := documents.Decode(&configuration); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, fmt.Errorf("config/webhook/manifests.yaml: %w", err)
		}
		kind, known := kinds[configuration.Kind]
		if !known {
			return nil, fmt.Errorf("config/webhook/manifests.yaml: OLM knows no %s", configuration.Kind)
		}
		for _, one := range configuration.Webhooks {
			out = append(out, webhook{ValidatingWebhook: one, kind: kind, target: intstr.FromString("webhook")})
		}
	}
}
