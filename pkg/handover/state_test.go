package handover_test

import (
	"errors"
	"path"
	"strings"
	"testing"
	"time"

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

func TestStateTellsTheCertificate(t *testing.T) {
	until := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	data, err := handover.EncodeState(handover.State{CertificateNotAfter: until})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), `"certificateNotAfter":"2027-01-02T03:04:05Z"`) {
		t.Errorf("got %s", data)
	}
	decoded, err := handover.DecodeState(data)
	if err != nil || !decoded.CertificateNotAfter.Equal(until) {
		t.Errorf("got %+v, %v", decoded, err)
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

func TestPaths(t *testing.T) {
	if got := handover.SecretDir("s3"); got != "/etc/zot-agent/secrets/s3" {
		t.Errorf("got %s", got)
	}
	if got := handover.ConfigMapDir("authorities"); got != "/etc/zot-agent/configmaps/authorities" {
		t.Errorf("got %s", got)
	}
	// Go reads every file in the directories that the environment names.
	if path.Dir(handover.RunDir+"/"+handover.CAFile) != handover.CADir || !strings.HasSuffix(handover.CADirs, ":"+handover.CADir) {
		t.Errorf("%s is not in a directory of %s", handover.CAFile, handover.CADirs)
	}
	if diff := cmp.Diff([]string{"serve", "/run/zot/config.json"}, handover.ZotArgs()); diff != "" {
		t.Error(diff)
	}
}
