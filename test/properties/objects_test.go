package properties

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"pgregory.net/rapid"
)

// largest is what fits into a config map, and into any object.
const largest = 1 << 20

// TestObjectsOfAdmissibleStores looks at what Kubernetes refuses and Go's types allow.
func TestObjectsOfAdmissibleStores(t *testing.T) {
	store := stock(t)
	count, start := checks(t, 1000), time.Now()
	total := 0
	rapid.Check(t, func(t *rapid.T) {
		s := store.Draw(t, "store")
		if !admissible(s) {
			t.Skip("admission refuses it")
		}
		made := objects(t, s)
		if !reflect.DeepEqual(made, objects(t, s)) {
			t.Fatalf("the second plan is another one\n%s", written(s))
		}
		for _, object := range made {
			total++
			data, err := json.Marshal(object)
			if err != nil {
				t.Fatalf("write an object: %v", err)
			}
			if wrong := refused(data); len(wrong) > 0 {
				t.Fatalf("Kubernetes would refuse an object: %v\n%s\nof the store\n%s", errors.Join(wrong...), data, written(s))
			}
		}
	})
	t.Logf("%d objects of %d stores, %s", total, count, time.Since(start).Round(time.Millisecond))
}

// refused gives what Kubernetes has against an object.
func refused(data []byte) []error {
	var out []error
	var head struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return []error{err}
	}
	say := func(what string, complaints []string) {
		for _, complaint := range complaints {
			out = append(out, fmt.Errorf("%s %s, %s: %s", head.Kind, head.Name, what, complaint))
		}
	}
	say("name", validation.IsDNS1123Subdomain(head.Name))
	if head.Kind == "Service" {
		say("name", validation.IsDNS1035Label(head.Name))
	}
	labels(say, head.Labels)
	for key := range head.Annotations {
		say("annotation "+key, validation.IsQualifiedName(key))
	}
	if len(data) > largest {
		say("size", []string{fmt.Sprintf("%d bytes are too many", len(data))})
	}
	if head.Kind != "StatefulSet" {
		return out
	}
	var set appsv1.StatefulSet
	if err := json.Unmarshal(data, &set); err != nil {
		return append(out, err)
	}
	labels(say, set.Spec.Template.Labels)
	for key := range set.Spec.Template.Annotations {
		say("annotation "+key, validation.IsQualifiedName(key))
	}
	podSpec(say, set.Spec.Template.Spec)
	return out
}

func labels(say func(string, []string), labels map[string]string) {
	for key, value := range labels {
		say("label "+key, validation.IsQualifiedName(key))
		say("label "+key, validation.IsValidLabelValue(value))
	}
}

func podSpec(say func(string, []string), spec corev1.PodSpec) {
	var volumes []string
	for _, volume := range spec.Volumes {
		say("volume "+volume.Name, validation.IsDNS1123Label(volume.Name))
		volumes = append(volumes, volume.Name)
	}
	say("volumes", twice(volumes))
	var listen []string
	for _, container := range slices.Concat(spec.InitContainers, spec.Containers) {
		var paths, environment []string
		for _, mount := range container.VolumeMounts {
			paths = append(paths, mount.MountPath)
			if !slices.Contains(volumes, mount.Name) {
				say("mount "+mount.MountPath, []string{"there is no volume " + mount.Name})
			}
		}
		for _, variable := range container.Env {
			environment = append(environment, variable.Name)
		}
		for _, port := range container.Ports {
			listen = append(listen, fmt.Sprint(port.ContainerPort))
		}
		say("mounts of "+container.Name, twice(paths))
		say("environment of "+container.Name, twice(environment))
		for name, request := range container.Resources.Requests {
			if limit, ok := container.Resources.Limits[name]; ok && request.Cmp(limit) > 0 {
				say("container "+container.Name, []string{fmt.Sprintf("the request for %s is above the limit", name)})
			}
		}
	}
	say("ports", twice(listen))
}

func twice(names []string) []string {
	var out []string
	slices.Sort(names)
	for i := 1; i < len(names); i++ {
		if names[i] == names[i-1] {
			out = append(out, names[i]+" occurs twice")
		}
	}
	return out
}
