package host

import (
	"os/exec"
	"slices"
	"testing"
	"time"
)

func sleeper(t *testing.T) Process {
	t.Helper()
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	p, err := Identify(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestKillEndsTheProcess(t *testing.T) {
	p := sleeper(t)
	if !p.Alive() {
		t.Fatal("the process does not run")
	}
	if err := p.Kill(10 * time.Second); err != nil {
		t.Fatal(err)
	}
	if p.Alive() { // a zombie until its parent, this test, waits
		t.Error("the process is still taken as running")
	}
}

func TestKillSparesWhoeverHasTheNumberNow(t *testing.T) {
	p := sleeper(t)
	for name, stale := range map[string]Process{
		"an earlier process": {PID: p.PID, Start: "1", Boot: p.Boot},
		"an earlier boot":    {PID: p.PID, Start: p.Start, Boot: "another"},
		"no process":         {},
	} {
		if stale.Alive() {
			t.Errorf("%s is taken as alive", name)
		}
		if err := stale.Kill(time.Second); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !p.Alive() {
		t.Error("the process was killed in the place of an earlier one")
	}
}

func TestParseStat(t *testing.T) {
	const line = "42 (a) S (b)) Z 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000 10"
	start, state, err := parseStat([]byte(line))
	if err != nil || start != "98765" || state != "Z" {
		t.Errorf("start %q, state %q, %v", start, state, err)
	}
	if _, _, err := parseStat([]byte("42 (a) S 1")); err == nil {
		t.Error("a short line passes")
	}
}

func TestMountsBelow(t *testing.T) {
	const mountinfo = `22 1 254:0 / / rw - ext4 /dev/vda rw
30 22 0:30 / /cache/run/a rw - tmpfs tmpfs rw
31 30 0:31 / /cache/run/a/kubelet/pods rw - tmpfs tmpfs rw
32 31 0:32 / /cache/run/a/kubelet/pods/with\040space rw - tmpfs tmpfs rw
33 22 0:33 / /cache/run/ab/kubelet rw - tmpfs tmpfs rw
`
	want := []string{"/cache/run/a/kubelet/pods/with space", "/cache/run/a/kubelet/pods"}
	if got := mountsBelow(mountinfo, "/cache/run/a"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
