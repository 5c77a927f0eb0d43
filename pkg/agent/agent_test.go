package agent

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

const (
	plainBoot = `{"http":{"port":"5000"},"storage":{"rootDirectory":"/zot"}}`
	s3Boot    = `{"http":{"port":"5000"},"storage":{"storageDriver":{"name":"s3"}}}`
	readOnly  = `{"http":{"accessControl":{"a":["read"]}}}`
	readWrite = `{"http":{"accessControl":{"a":["read","create","a much longer list than before"]}}}`
)

var s3Keys = map[string]string{"access-key": "AKIA1\n", "secret-key": "first"}

func TestLiveChangeNeedsNoRestart(t *testing.T) {
	p := newPod(t)
	p.boot(plainBoot)
	p.live(readWrite)
	a := p.started()
	before := a.State()
	if !before.Applied || before.Boot == "" || before.Live == "" {
		t.Fatalf("not applied: %+v", before)
	}
	p.live(readOnly)
	a.round()
	after := a.State()
	if !after.Applied || after.Live == before.Live || after.Boot != before.Boot || after.ZotRestarts != 0 || p.zot.ended != 0 {
		t.Errorf("before %+v, after %+v, ended %d", before, after, p.zot.ended)
	}
	if rules, _ := at(p.config(), "http.accessControl.a").([]any); len(rules) != 1 {
		t.Errorf("config has %v", p.config())
	}
	if at(p.config(), "http.port") != "5000" {
		t.Errorf("boot is lost: %v", p.config())
	}
}

func TestChangedSecretEndsZot(t *testing.T) {
	p := newPod(t)
	p.boot(s3Boot, handover.AWS("s3", "s3"))
	p.live(readOnly)
	p.secret("s3", s3Keys)
	a := p.started()
	p.secret("s3", map[string]string{"access-key": "AKIA2", "secret-key": "second"})
	p.zot.atEnd = func() {
		if !strings.Contains(p.file(handover.AWSFile), "aws_access_key_id = AKIA2\naws_secret_access_key = second\n") {
			t.Errorf("zot was ended before its files were written: %q", p.file(handover.AWSFile))
		}
	}
	a.round()
	if p.zot.ended != 0 || a.State().Applied {
		t.Errorf("zot was ended without a second look, in which another Secret might follow")
	}
	a.round()
	if state := a.State(); !state.Applied || state.ZotRestarts != 1 || p.zot.ended != 1 {
		t.Errorf("got %+v, ended %d", state, p.zot.ended)
	}
	a.round()
	if p.zot.ended != 1 {
		t.Errorf("ended %d times for one change", p.zot.ended)
	}
}

func TestUnusedKeysDoNotEndZot(t *testing.T) {
	p := newPod(t)
	p.boot(s3Boot, handover.AWS("s3", "s3"))
	p.live(readOnly)
	p.secret("s3", s3Keys)
	a := p.started()
	p.secret("s3", map[string]string{"access-key": "AKIA1", "secret-key": "first\n", "note": "hello"})
	a.round()
	a.round()
	if state := a.State(); !state.Applied || p.zot.ended != 0 {
		t.Errorf("got %+v, ended %d", state, p.zot.ended)
	}
}

func TestRestartedSidecarRewritesAndEndsNothing(t *testing.T) {
	p := newPod(t)
	p.boot(s3Boot, handover.AWS("s3", "s3"))
	p.live(readOnly)
	p.secret("s3", s3Keys)
	p.started()
	p.secret("s3", map[string]string{"access-key": "AKIA2", "secret-key": "second"})
	a := p.sidecar()
	a.round()
	a.round()
	if a.State().ZotRestarts != 1 {
		t.Fatalf("a change during the agent's absence was missed: %+v", a.State())
	}
	for _, name := range []string{handover.ConfigFile, handover.AWSFile, handover.AppliedFile} {
		p.must(os.Chmod(p.layout.run(name), 0o400))
	}
	written := func(name string) int64 {
		info, err := os.Stat(p.layout.run(name))
		p.must(err)
		return info.ModTime().UnixNano()
	}
	config, keys, noted := written(handover.ConfigFile), written(handover.AWSFile), written(handover.AppliedFile)
	a = p.sidecar()
	a.round()
	a.round()
	if state := a.State(); !state.Applied || state.ZotRestarts != 1 || p.zot.ended != 1 {
		t.Errorf("got %+v, ended %d", state, p.zot.ended)
	}
	if config != written(handover.ConfigFile) || keys != written(handover.AWSFile) || noted != written(handover.AppliedFile) {
		t.Error("files were written without need")
	}
}

func TestLostNoteStartsZotOnceMore(t *testing.T) {
	p := newPod(t)
	p.boot(plainBoot)
	p.live(readOnly)
	p.started()
	p.must(os.WriteFile(p.layout.run(handover.AppliedFile), []byte(`{"boot":`), 0o600))
	a := p.sidecar()
	a.round()
	a.round()
	if state := a.State(); !state.Applied || p.zot.ended != 1 {
		t.Errorf("got %+v, ended %d", state, p.zot.ended)
	}
}

func TestZotThatDoesNotRunIsFine(t *testing.T) {
	p := newPod(t)
	p.zot.running = 0
	p.boot(s3Boot, handover.AWS("s3", "s3"))
	p.live(readOnly)
	p.secret("s3", s3Keys)
	a := p.started()
	p.secret("s3", map[string]string{"access-key": "AKIA2", "secret-key": "second"})
	a.round()
	a.round()
	if state := a.State(); !state.Applied || state.ZotRestarts != 0 {
		t.Errorf("got %+v", state)
	}
}

func TestZotThatCannotBeEndedIsToldAndTriedAgain(t *testing.T) {
	p := newPod(t)
	p.boot(s3Boot, handover.AWS("s3", "s3"))
	p.live(readOnly)
	p.secret("s3", s3Keys)
	a := p.started()
	p.zot.fails = errors.New("not permitted")
	p.secret("s3", map[string]string{"access-key": "AKIA2", "secret-key": "second"})
	a.round()
	a.round()
	if state := a.State(); state.Applied || len(state.Problems) != 1 || !strings.Contains(state.Problems[0].Message, "not permitted") {
		t.Errorf("got %+v", state)
	}
	p.zot.fails = nil
	a.round()
	a.round()
	if state := a.State(); !state.Applied || state.ZotRestarts != 1 || len(state.Problems) != 0 {
		t.Errorf("got %+v", state)
	}
}

func TestUnreadableLiveKeepsLastGood(t *testing.T) {
	p := newPod(t)
	p.boot(plainBoot)
	p.live(readOnly)
	a := p.started()
	before, config := a.State(), p.file(handover.ConfigFile)
	for _, bad := range []string{`{"format":2,"zot":{}}`, `{`, ``} {
		p.project(p.layout.LiveDir, map[string]string{handover.LiveFile: bad})
		a.round()
		state := a.State()
		if state.Applied || len(state.Problems) != 1 || state.Problems[0].Reason != handover.ReasonConfigInvalid {
			t.Errorf("%q: got %+v", bad, state)
		}
		if state.Live != before.Live || p.file(handover.ConfigFile) != config {
			t.Errorf("%q: the last good configuration is lost", bad)
		}
	}
	p.live(readOnly)
	a.round()
	if state := a.State(); !state.Applied || len(state.Problems) != 0 {
		t.Errorf("got %+v", state)
	}
}

func TestInitTellsEachProblemOnceThenWaits(t *testing.T) {
	p := newPod(t)
	p.boot(s3Boot, handover.AWS("s3-access", "s3-secret"))
	p.live(readOnly)
	p.secret("s3-access", map[string]string{"id": "AKIA1"})
	err := p.agent().Init(context.Background())
	if err == nil || !strings.Contains(err.Error(), "s3-secret") {
		t.Fatalf("got %v, want an error that names the Secret", err)
	}
	if problem := p.termination(); problem.Reason != handover.ReasonSecretNotFound || problem.Secret != "s3-secret" {
		t.Errorf("got %+v", problem)
	}
	p.secret("s3-secret", map[string]string{"a": "1", "b": "2"})
	if err := p.agent().Init(context.Background()); err == nil {
		t.Fatal("another problem is not told")
	}
	if problem := p.termination(); problem.Reason != handover.ReasonSecretKeyMissing || problem.Secret != "s3-secret" {
		t.Errorf("got %+v", problem)
	}
	p.must(os.Remove(p.layout.TerminationLog))
	done := make(chan error, 1)
	go func() { done <- p.agent().Init(context.Background()) }()
	eventually(t, func() bool {
		_, err := os.Stat(p.layout.TerminationLog)
		return err == nil
	})
	select {
	case err := <-done:
		t.Fatalf("the attempt after that did not wait: %v", err)
	default:
	}
	p.secret("s3-secret", map[string]string{"a": "1", "secret-key": "2"})
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if message, _ := os.ReadFile(p.layout.TerminationLog); len(message) > 0 {
		t.Errorf("the message stays after the problem: %s", message)
	}
	want := "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = 2\n"
	if got := p.file(handover.AWSFile); got != want {
		t.Errorf("got %q", got)
	}
	a := p.sidecar()
	a.round()
	if !a.State().Applied || p.zot.ended != 0 {
		t.Errorf("the sidecar finds something to do after init: %+v, ended %d", a.State(), p.zot.ended)
	}
}

// A pod that cannot start tells what keeps it from that, not what it could start with.
func TestInitTellsWhatBlocks(t *testing.T) {
	p := newPod(t)
	p.boot(s3Boot, handover.HTPasswd("users"), handover.AWS("s3", "s3"))
	p.live(readOnly)
	p.secret("users", map[string]string{"htpasswd": "ann:" + sha256Hash + "\nbob"})
	if err := p.agent().Init(context.Background()); err == nil {
		t.Fatal("it starts without keys")
	}
	if problem := p.termination(); problem.Secret != "s3" || problem.Used {
		t.Errorf("got %+v", problem)
	}
	p.secret("s3", map[string]string{"access-key": "a", "secret-key": "b"})
	if err := p.agent().Init(context.Background()); err != nil {
		t.Fatalf("it does not start without bob: %v", err)
	}
	a := p.sidecar()
	a.round()
	if problems := a.State().Problems; len(problems) != 1 || problems[0].Secret != "users" || !problems[0].Used {
		t.Errorf("got %+v", problems)
	}
}

func TestWaitingInitEndsWhenTheProblemChanges(t *testing.T) {
	p := newPod(t)
	p.boot(s3Boot, handover.AWS("s3", "s3"))
	p.live(readOnly)
	if err := p.agent().Init(context.Background()); err == nil {
		t.Fatal("succeeded without its Secret")
	}
	done := make(chan error, 1)
	go func() { done <- p.agent().Init(context.Background()) }()
	p.secret("s3", map[string]string{"note": "hello"})
	if err := <-done; err == nil || p.termination().Reason != handover.ReasonSecretKeyMissing {
		t.Errorf("got %v, %+v", err, p.termination())
	}
	// What is mended and comes again is told again.
	p.secret("s3", s3Keys)
	p.must(p.agent().Init(context.Background()))
	if _, err := os.Stat(p.layout.run(handover.AttemptedFile)); err == nil {
		t.Error("the note stays after the problem")
	}
}

func TestInitEndsWithItsContext(t *testing.T) {
	p := newPod(t)
	if err := p.agent().Init(context.Background()); err == nil {
		t.Fatal("succeeded without documents")
	}
	if problem := p.termination(); problem.Reason != handover.ReasonConfigInvalid {
		t.Errorf("got %+v", problem)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := p.agent().Init(ctx); err == nil || !strings.Contains(err.Error(), "stopped while waiting") {
		t.Errorf("got %v", err)
	}
}

func TestInitWithoutVolume(t *testing.T) {
	p := newPod(t)
	p.boot(plainBoot)
	p.live(readOnly)
	p.layout.RunDir = filepath.Join(p.layout.RunDir, "absent")
	if err := p.agent().Init(context.Background()); err == nil || !strings.Contains(err.Error(), "can write to") {
		t.Errorf("got %v", err)
	}
}

func TestInitStartsWithLastGood(t *testing.T) {
	p := newPod(t)
	p.boot(s3Boot, handover.AWS("s3", "s3"))
	p.live(readOnly)
	p.secret("s3", s3Keys)
	p.started()
	p.secret("s3", nil)
	if err := p.agent().Init(context.Background()); err != nil {
		t.Errorf("a pod whose containers start again does not come back: %v", err)
	}
}

func TestChangeDuringZotsStartIsWrittenAgain(t *testing.T) {
	p := newPod(t)
	p.boot(plainBoot)
	p.live(readWrite)
	a := p.started()
	p.zot.starting = true
	p.live(readOnly)
	a.round()
	if a.State().Applied {
		t.Error("told to be applied, though zot may have missed it")
	}
	config := p.layout.run(handover.ConfigFile)
	long := time.Now().Add(-time.Hour)
	p.must(os.Chtimes(config, long, long))
	content := p.file(handover.ConfigFile)
	for range repeatAfter {
		a.round()
	}
	info, err := os.Stat(config)
	p.must(err)
	if info.ModTime().Before(long.Add(time.Minute)) || p.file(handover.ConfigFile) != content {
		t.Error("the same was not written again")
	}
	if !a.State().Applied || p.zot.ended != 0 {
		t.Errorf("got %+v, ended %d", a.State(), p.zot.ended)
	}
}

// zot does not enforce access rules if it was started without any, and ignores retention likewise.
func TestSwitchesEndZot(t *testing.T) {
	p := newPod(t)
	p.boot(plainBoot)
	p.live(`{}`)
	a := p.started()
	for i, live := range []string{readOnly, `{}`, `{"storage":{"retention":{"delay":"1h"}}}`} {
		p.live(live)
		a.round()
		a.round()
		if state := a.State(); !state.Applied || state.ZotRestarts != i+1 {
			t.Errorf("%s: got %+v", live, state)
		}
	}
}
