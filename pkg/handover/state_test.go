package handover_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

func TestStateRoundTrip(t *testing.T) {
	state := handover.State{Format: 1, Boot: "b", Live: "l", Applied: true, ZotRestarts: 2, Problems: []handover.Problem{
		{Reason: handover.ReasonSecretKeyMissing, Secret: "s3", Key: "access-key", Message: "say <what>"},
	}}
	data, err := handover.EncodeState(state)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"format":1,"boot":"b","live":"l","applied":true,"zotRestarts":2,"problems":[` +
		`{"reason":"SecretKeyMissing","secret":"s3","key":"access-key","message":"say <what>"}]}`
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Error(diff)
	}
	decoded, err := handover.DecodeState(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(state, decoded); diff != "" {
		t.Error(diff)
	}
}

func TestStateAlwaysHasProblems(t *testing.T) {
	data, err := handover.EncodeState(handover.State{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), `"problems":[]`) {
		t.Errorf("got %s", data)
	}
}

func TestDecodeStateOfOtherAgents(t *testing.T) {
	if _, err := handover.DecodeState([]byte(`{"format":1,"news":"from a newer agent"}`)); err != nil {
		t.Error(err)
	}
	_, err := handover.DecodeState([]byte(`{"format":9}`))
	if !errors.Is(err, handover.ErrFormat) || !strings.Contains(err.Error(), "this operator supports format 1") {
		t.Errorf("got %v", err)
	}
	if _, err := handover.DecodeState([]byte(`<html>`)); err == nil {
		t.Error("HTML was read as a state")
	}
}

func TestProblemIsOneLine(t *testing.T) {
	problem := handover.Problem{Reason: handover.ReasonSecretNotFound, Secret: "s", Message: "one\ntwo"}
	data, err := handover.EncodeProblem(problem)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "\n") {
		t.Errorf("more than one line: %q", data)
	}
	decoded, err := handover.DecodeProblem(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(problem, decoded); diff != "" {
		t.Error(diff)
	}
	for _, message := range []string{"", "signal: killed", "{}", `{"reason":"x"}`} {
		if _, err := handover.DecodeProblem([]byte(message)); err == nil {
			t.Errorf("%q was read as a problem", message)
		}
	}
}

func TestCredentials(t *testing.T) {
	source, ok := handover.AWS("a", "b").Find(handover.PurposeSecretKey)
	if !ok || source.Secret != "b" || source.Keys[0] != "AWS_SECRET_ACCESS_KEY" || !source.OnlyKey {
		t.Errorf("got %+v", source)
	}
	if source, _ := handover.AWS("a", "a").Find(handover.PurposeSecretKey); source.OnlyKey {
		t.Error("one key would be taken for both values")
	}
	if _, ok := handover.GCS("a").Find(handover.PurposeAccessKey); ok {
		t.Error("found a source that is not there")
	}
}

func TestPaths(t *testing.T) {
	if got := handover.SecretDir("s3"); got != "/etc/zot-agent/secrets/s3" {
		t.Errorf("got %s", got)
	}
	if diff := cmp.Diff([]string{"serve", "/run/zot/config.json"}, handover.ZotArgs()); diff != "" {
		t.Error(diff)
	}
}
