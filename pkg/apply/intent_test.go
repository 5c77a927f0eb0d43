package apply

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"
)

func service() *coreac.ServiceApplyConfiguration {
	return coreac.Service("sample", "zot-system").WithLabels(map[string]string{
		"app.kubernetes.io/managed-by": "zot-operator", "artifacts.zot.io/store": "sample",
	})
}

func TestParse(t *testing.T) {
	got, err := parse(service())
	if err != nil {
		t.Fatal(err)
	}
	want := Ref{GroupVersionKind: schema.GroupVersionKind{Version: "v1", Kind: "Service"}, Namespace: "zot-system", Name: "sample"}
	if got.ref != want {
		t.Errorf("got %+v, want %+v", got.ref, want)
	}
	if !regexp.MustCompile(`^[0-9a-f]{16}$`).MatchString(got.hash) {
		t.Errorf("hash %q is not sixteen hexadecimal digits", got.hash)
	}
	if annotated := got.object.GetAnnotations()["artifacts.zot.io/intent"]; annotated != got.hash {
		t.Errorf("annotation %q, want the hash %q", annotated, got.hash)
	}
}

func TestParseLeavesItsArgument(t *testing.T) {
	configuration := service().WithAnnotations(map[string]string{"note": "mine"})
	before, err := json.Marshal(configuration)
	if err != nil {
		t.Fatal(err)
	}
	parsed := mustParse(t, configuration)
	after, err := json.Marshal(configuration)
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) {
		t.Errorf("the caller's configuration became %s", after)
	}
	if diff := cmp.Diff(map[string]string{"note": "mine", "artifacts.zot.io/intent": parsed.hash}, parsed.object.GetAnnotations()); diff != "" {
		t.Error(diff)
	}
}

func TestHashTellsIntentsApart(t *testing.T) {
	one, again := mustParse(t, service()), mustParse(t, service())
	if one.hash != again.hash {
		t.Errorf("one intent has the hashes %s and %s", one.hash, again.hash)
	}
	for name, other := range map[string]*coreac.ServiceApplyConfiguration{
		"a field more":      service().WithSpec(coreac.ServiceSpec().WithClusterIP("None")),
		"a label more":      service().WithLabels(map[string]string{"more": "labels"}),
		"an annotation":     service().WithAnnotations(map[string]string{"note": "mine"}),
		"an empty list":     service().WithSpec(coreac.ServiceSpec()),
		"another namespace": service().WithNamespace("other"),
	} {
		if mustParse(t, other).hash == one.hash {
			t.Errorf("%s: the hash is the same", name)
		}
	}
}

// An object without these labels would be in no cache of ours, and so be written on every pass.
func TestParseRefusesWhatTheCacheWouldNotSee(t *testing.T) {
	for name, labels := range map[string]map[string]string{
		"no labels":       nil,
		"no manager":      {"artifacts.zot.io/store": "sample"},
		"another manager": {"artifacts.zot.io/store": "sample", "app.kubernetes.io/managed-by": "Helm"},
		"no store":        {"app.kubernetes.io/managed-by": "zot-operator"},
	} {
		_, err := parse(coreac.Service("sample", "zot-system").WithLabels(labels))
		if err == nil || !strings.Contains(err.Error(), "Service sample lacks the operator's labels") {
			t.Errorf("%s: got error %v", name, err)
		}
	}
}

func TestReport(t *testing.T) {
	ref := func(kind, name string) Ref {
		return Ref{GroupVersionKind: schema.GroupVersionKind{Version: "v1", Kind: kind}, Namespace: "zot-system", Name: name}
	}
	if err := (Report{{Ref: ref("Service", "a"), Outcome: Applied}}).Err(); err != nil {
		t.Errorf("a report without errors has %v", err)
	}
	refused, unreachable := errors.New("refused"), errors.New("unreachable")
	report := Report{
		{Ref: ref("Service", "a"), Outcome: Unchanged},
		{Ref: ref("Service", "b"), Outcome: Failed, Err: refused},
		{Ref: ref("Route", "c"), Outcome: Foreign},
		{Ref: ref("ConfigMap", "d"), Outcome: Failed, Err: unreachable},
	}
	err := report.Err()
	if err == nil || err.Error() != "Service b: refused\nConfigMap d: unreachable" {
		t.Errorf("got error %v", err)
	}
	if !errors.Is(err, refused) || !errors.Is(err, unreachable) {
		t.Error("the causes are lost")
	}
	if diff := cmp.Diff([]Ref{ref("Route", "c")}, report.With(Foreign)); diff != "" {
		t.Error(diff)
	}
}
