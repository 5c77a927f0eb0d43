package types

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	routev1 "github.com/openshift/api/route/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1beta1 "k8s.io/api/policy/v1beta1"
	rbacv1 "k8s.io/api/rbac/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// Server is an API server, as the types that it decodes into. An object of any other kind is an error: it does not serve that.
type Server struct {
	Name    string
	decoder runtime.Decoder
}

// Servers are the oldest that the operator promises to work with.
func Servers() ([]Server, error) {
	kubernetes := runtime.NewSchemeBuilder(
		admissionregistrationv1.AddToScheme, appsv1.AddToScheme, autoscalingv1.AddToScheme, batchv1.AddToScheme, coordinationv1.AddToScheme,
		corev1.AddToScheme, networkingv1.AddToScheme, policyv1beta1.AddToScheme, rbacv1.AddToScheme, storagev1.AddToScheme)
	openshift := append(runtime.SchemeBuilder{routev1.Install, budgets}, kubernetes...)

	oldest, err := newServer("kubernetes-1.20", kubernetes)
	if err != nil {
		return nil, err
	}
	oldestOpenShift, err := newServer("openshift-4.10", openshift)
	if err != nil {
		return nil, err
	}
	return []Server{oldest, oldestOpenShift}, nil
}

// budgets are policy/v1's. OpenShift 4.10 is Kubernetes 1.23, where they have the fields that policy/v1beta1 has in 1.20.
func budgets(scheme *runtime.Scheme) error {
	scheme.AddKnownTypeWithName(schema.GroupVersionKind{Group: "policy", Version: "v1", Kind: "PodDisruptionBudget"},
		&policyv1beta1.PodDisruptionBudget{})
	return nil
}

func newServer(name string, builder runtime.SchemeBuilder) (Server, error) {
	scheme := runtime.NewScheme()
	if err := builder.AddToScheme(scheme); err != nil {
		return Server{}, fmt.Errorf("collect the types of %s: %w", name, err)
	}
	return Server{
		Name: name,
		decoder: json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme,
			json.SerializerOptions{Yaml: true, Strict: true}),
	}, nil
}

// Decode takes the objects of a YAML file into the server's types. A field that these do not have is an error, but for passedOn.
func (s Server) Decode(file []byte) ([]runtime.Object, error) {
	var out []runtime.Object
	var problems []error
	documents := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(file)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return out, errors.Join(problems...)
		}
		if err != nil {
			return nil, fmt.Errorf("read YAML: %w", err)
		}
		if len(bytes.TrimSpace(document)) == 0 {
			continue
		}
		object, err := s.one(document)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s does not take an object: %w\n%s", s.Name, err, document))
			continue
		}
		out = append(out, object)
	}
}

func (s Server) one(document []byte) (runtime.Object, error) {
	document, err := withoutPassedOn(document)
	if err != nil {
		return nil, err
	}
	object, _, err := s.decoder.Decode(document, nil, nil)
	if runtime.IsStrictDecodingError(err) {
		// The reason stands behind the whole document.
		if _, reason, found := strings.Cut(err.Error(), string(document)+": "); found {
			return nil, errors.New(reason)
		}
	}
	return object, err
}
