package apply

import (
	"context"
	"errors"
	"regexp"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	coreac "k8s.io/client-go/applyconfigurations/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// creations is a server that takes what is created, or answers with an error.
type creations struct {
	client.Client
	made []*unstructured.Unstructured
	err  error
}

func (c *creations) Create(_ context.Context, object client.Object, _ ...client.CreateOption) error {
	c.made = append(c.made, object.(*unstructured.Unstructured).DeepCopy())
	return c.err
}

func keys(missing bool) []Once {
	return []Once{{
		Object: coreac.Secret("sample-keys", "zot-system").WithImmutable(true).WithLabels(map[string]string{
			"app.kubernetes.io/managed-by": "zot-operator", "artifacts.zot.io/store": "sample",
		}),
		Random:  map[string]int{"long": 64, "short": 32},
		Missing: missing,
	}}
}

// create gives the outcome of one intent.
func create(t *testing.T, a *Applier, owner Owner, missing bool) Outcome {
	t.Helper()
	report := a.Create(t.Context(), owner, keys(missing))
	if len(report) != 1 {
		t.Fatalf("got %v", report)
	}
	if (report[0].Outcome == Failed) != (report[0].Err != nil) {
		t.Errorf("outcome %s with error %v", report[0].Outcome, report[0].Err)
	}
	return report[0].Outcome
}

func TestWhatIsMadeOnce(t *testing.T) {
	server := &creations{}
	a := &Applier{writer: server, sent: map[types.NamespacedName]memory{}, now: time.Now}
	if got := create(t, a, owner, false); got != Applied {
		t.Fatalf("got %s", got)
	}
	made := server.made[0]
	content, _, err := unstructured.NestedStringMap(made.Object, "stringData")
	if err != nil || len(content) != 2 {
		t.Fatalf("got %v, %v", content, err)
	}
	for key, pattern := range map[string]string{"long": `^[A-Za-z0-9_-]{64}$`, "short": `^[A-Za-z0-9_-]{32}$`} {
		if !regexp.MustCompile(pattern).MatchString(content[key]) {
			t.Errorf("%s is no such text", key)
		}
	}
	if made.GetKind() != "Secret" || made.GetName() != "sample-keys" || made.Object["immutable"] != true || len(made.GetAnnotations()) > 0 {
		t.Errorf("made %s %s, immutable %v, with annotations %v", made.GetKind(), made.GetName(), made.Object["immutable"], made.GetAnnotations())
	}
	successor := owner
	successor.UID = "later"
	create(t, a, successor, false)
	if again, _, _ := unstructured.NestedStringMap(server.made[1].Object, "stringData"); again["long"] == content["long"] {
		t.Error("two Secrets have the same keys")
	}
}

func TestNothingIsMadeTwice(t *testing.T) {
	exists := apierrors.NewAlreadyExists(schema.GroupResource{Resource: "secrets"}, "sample-keys")
	paused := owner
	paused.Paused = true
	type step struct {
		owner   Owner
		after   time.Duration
		missing bool
		err     error
		want    Outcome
		sent    bool
	}
	for name, steps := range map[string][]step{
		"made, and left alone":           {{owner, 0, false, nil, Applied, true}, {owner, time.Hour, false, nil, Unchanged, false}},
		"there already, and left alone":  {{owner, 0, false, exists, Unchanged, true}, {owner, 0, false, nil, Unchanged, false}},
		"refused, and tried again":       {{owner, 0, false, errors.New("away"), Failed, true}, {owner, 0, false, nil, Applied, true}},
		"paused, and made later":         {{paused, 0, false, nil, Kept, false}, {owner, 0, false, nil, Applied, true}},
		"made, and left alone in pauses": {{owner, 0, false, nil, Applied, true}, {paused, 0, false, nil, Unchanged, false}},
		"missed by a node that is slow":  {{owner, 0, false, nil, Applied, true}, {owner, 59 * time.Second, true, nil, Unchanged, false}},
		"missed since a restart":         {{owner, 0, true, nil, Applied, true}, {owner, time.Second, true, nil, Unchanged, false}},
		"deleted":                        {{owner, 0, false, nil, Applied, true}, {owner, time.Minute, true, nil, Applied, true}},
	} {
		t.Run(name, func(t *testing.T) {
			server := &creations{}
			now := time.Unix(0, 0)
			a := &Applier{writer: server, sent: map[types.NamespacedName]memory{}, now: func() time.Time { return now }}
			for i, s := range steps {
				now = now.Add(s.after)
				server.err, server.made = s.err, nil
				if got := create(t, a, s.owner, s.missing); got != s.want || (len(server.made) > 0) != s.sent {
					t.Errorf("step %d: %s, sent %d; want %s, sent: %v", i, got, len(server.made), s.want, s.sent)
				}
			}
			a.Forget(owner.NamespacedName)
			if len(a.sent) > 0 {
				t.Error("something is remembered about a store that is gone")
			}
		})
	}
}

func TestCreateRefusesWhatNobodyCouldFind(t *testing.T) {
	a := &Applier{writer: &creations{}, sent: map[types.NamespacedName]memory{}, now: time.Now}
	report := a.Create(t.Context(), owner, []Once{{Object: coreac.Secret("sample-keys", "zot-system")}})
	if report.Err() == nil {
		t.Error("an object without the operator's labels is made")
	}
}
