package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// bin holds the program under its names, and nothing else: as in the image.
var bin string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if bin, err = os.MkdirTemp("", "shell"); err != nil {
			panic(err)
		}
		defer func() { _ = os.RemoveAll(bin) }()
		if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "bash"), ".").CombinedOutput(); err != nil { // #nosec G204 -- a test
			panic(string(out))
		}
		for _, name := range []string{"sh", "tar"} {
			if err := os.Symlink("bash", filepath.Join(bin, name)); err != nil {
				panic(err)
			}
		}
		return m.Run()
	}())
}

// process is one in a session of its own, as `kill 0` would end the test.
func process(t *testing.T, folder string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	command := exec.CommandContext(ctx, filepath.Join(bin, args[0]), args[1:]...) // #nosec G204 -- a test
	said := &bytes.Buffer{}
	command.Stdout, command.Stderr, command.Dir, command.Env = said, said, folder, []string{"PATH=" + bin + ":" + folder}
	command.SysProcAttr, command.WaitDelay = &syscall.SysProcAttr{Setsid: true}, time.Second
	return command, said
}

func exitCode(t *testing.T, err error) int {
	t.Helper()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	if failed == nil {
		return 0
	}
	return failed.ExitCode()
}

// gatherScript is what oc has the first container do: look whether there are programs for sessions, look at the volume in the background, and
// collect meanwhile; where the volume becomes too full, end the collection. What is collected is written to disk in either case.
func gatherScript(folder string, limit int, collector string) string {
	return fmt.Sprintf(`if command -v setsid >/dev/null 2>&1 && command -v ps >/dev/null 2>&1 && command -v pkill >/dev/null 2>&1; then
  SESSIONS=true
else
  SESSIONS=false
fi

echo "[usage] begins"
where="%s"
most="%d"
while true; do
share=$(df -P "$where" | awk 'NR==2 {print $5}' | sed 's/%%//')
echo "[usage] now = ${share} ; most = ${most}"
if [ "$share" -gt "$most" ]; then
	echo "[usage] more than ${most}"
	if [ "$SESSIONS" = "true" ]; then
		ps -o sess --no-headers | sort -u | while read sid; do
			[[ "$sid" -eq "${$}" ]] && continue
			pkill --signal SIGKILL --session "$sid"
		done
	else
		kill 0
	fi
	exit 1
fi
sleep 5
done & if [ "$SESSIONS" = "true" ]; then
  setsid -w bash <<-END
%s
END
else
  %s
fi; sync && echo 'all is on disk'`, folder, limit, collector, collector)
}

func collector(t *testing.T, lines ...string) string {
	t.Helper()
	folder := t.TempDir()
	text := "#!" + filepath.Join(bin, "bash") + "\n" + strings.Join(lines, "\n") + "\n"
	if err := os.WriteFile(filepath.Join(folder, "gather"), []byte(text), 0o700); err != nil { // #nosec G306 -- a program
		t.Fatal(err)
	}
	return folder
}

func TestGathering(t *testing.T) {
	folder := collector(t, "echo gathering", "sleep 0.3", "echo gathered >done")
	command, said := process(t, folder, "bash", "-c", gatherScript(folder, 100, "gather"))
	if code := exitCode(t, command.Run()); code != 0 {
		t.Errorf("exit code %d:\n%s", code, said)
	}
	for _, want := range []string{"[usage] begins\n", "; most = 100\n", "gathering\n", "all is on disk\n"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not said:\n%s", want, said)
		}
	}
	if strings.Contains(said.String(), "more than") || strings.Contains(said.String(), "now =  ;") {
		t.Errorf("the volume is looked at in another way:\n%s", said)
	}
	if content, err := os.ReadFile(filepath.Join(folder, "done")); string(content) != "gathered\n" {
		t.Errorf("the collector was not at its end: %v", err)
	}
}

// Every volume is fuller than -1 %. The collector is ended, and the script goes on and ends well: oc fetches nothing from one that does not.
func TestTheVolumeIsTooFull(t *testing.T) {
	folder := collector(t, "echo $$ >pid", "sleep infinity", "echo gathered >done")
	script := gatherScript(folder, -1, "gather")
	// The collector must run when the volume is looked at for the first time.
	script = strings.Replace(script, "while true; do", "while true; do\nuntil [ -s pid ]; do sleep 0.01; done", 1)
	command, said := process(t, folder, "bash", "-c", script)
	began := time.Now()
	if code := exitCode(t, command.Run()); code != 0 {
		t.Errorf("exit code %d:\n%s", code, said)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
	if !strings.Contains(said.String(), "more than -1\n") || !strings.HasSuffix(said.String(), "all is on disk\n") {
		t.Errorf("it said:\n%s", said)
	}
	if _, err := os.Stat(filepath.Join(folder, "done")); err == nil {
		t.Error("the collector was not ended")
	}
}

// The second container waits to be entered, until a signal comes. Exit codes are bash's.
func TestWaiting(t *testing.T) {
	for sent, want := range map[syscall.Signal]int{syscall.SIGTERM: 143, syscall.SIGINT: 130} {
		command, said := process(t, t.TempDir(), "bash", "-c", "trap : TERM INT; echo waiting; sleep infinity & wait")
		said.Reset()
		pipe, err := os.CreateTemp(t.TempDir(), "said")
		if err != nil {
			t.Fatal(err)
		}
		command.Stdout = pipe
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			if content, _ := os.ReadFile(pipe.Name()); string(content) == "waiting\n" {
				break
			}
		}
		began := time.Now()
		if err := command.Process.Signal(sent); err != nil {
			t.Fatal(err)
		}
		if code := exitCode(t, command.Wait()); code != want || said.Len() > 0 {
			t.Errorf("%s: exit code %d, not %d: %s", sent, code, want, said)
		}
		if took := time.Since(began); took > grace {
			t.Errorf("%s: it took %s", sent, took)
		}
	}
}

// A signal reaches what the shell has started.
func TestASignalEndsTheCollector(t *testing.T) {
	folder := collector(t, "echo x >started", "sleep infinity", "echo x >done")
	command, _ := process(t, folder, "bash", "-c", "gather; echo x >after")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(folder, "started")); err == nil {
			break
		}
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := exitCode(t, command.Wait()); code != 143 {
		t.Errorf("exit code %d", code)
	}
	for _, file := range []string{"done", "after"} {
		if _, err := os.Stat(filepath.Join(folder, file)); err == nil {
			t.Errorf("it went on to write %s", file)
		}
	}
}

func TestShell(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "script"), []byte("echo $0 $1\nexit 4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		args  []string
		input string
		code  int
		said  string
	}{
		{[]string{"bash", "-c", "echo $0 $1 $#", "name", "one", "two"}, "", 0, "name one 2\n"},
		{[]string{"bash", "-ec", "false; echo on"}, "", 1, ""},
		{[]string{"bash", "script", "one"}, "", 4, "script one\n"},
		{[]string{"sh"}, "echo a\nexit 3\necho b\n", 3, "a\n"},
		{[]string{"sh"}, "", 0, ""},
		{[]string{"sh"}, "set -e\nfalse\necho b\n", 1, ""},
		{[]string{"bash"}, "trap 'echo end' EXIT; exit 2", 2, "end\n"},
		{[]string{"bash", "-c", "echo a | tar -x"}, "", 2, "tar: -x: this one"},
		{[]string{"bash", "-c", "df -h /; echo $?"}, "", 0, "df: this one knows nothing but -P FOLDER\n1\n"},
		// How oc finds out which way it can fetch.
		{[]string{"bash", "-c", "rsync --version"}, "", 127, `"rsync": executable file not found in $PATH`},
		{[]string{"tar", "--version"}, "", 0, "tar of the Zot"},
		// Programs for sessions must not be there.
		{[]string{"bash", "-c", "command -v setsid || command -v ps || command -v pkill"}, "", 1, ""},
		// One oc of 4.20 does not ask whether it is there.
		{[]string{"bash", "-c", "setsid -w bash <<-END\necho a $0\nEND"}, "", 0, "a bash\n"},
		{[]string{"bash", "-c", "setsid bash"}, "", 1, "setsid: this one knows nothing but -w"},
		{[]string{"bash", "-c", "trap 'echo x' TERM"}, "", 2, "trap: TERM: invalid signal"},
		{[]string{"bash", "-c"}, "", 2, "bash: -c wants a script"},
		{[]string{"bash", "-c", "if"}, "", 2, "bash: "},
		{[]string{"bash", "--login"}, "", 2, "bash: "},
		{[]string{"bash", "missing"}, "", 2, "bash: open missing"},
	} {
		command, said := process(t, folder, tc.args...)
		command.Stdin = strings.NewReader(tc.input)
		code := exitCode(t, command.Run())
		if code != tc.code || !strings.HasPrefix(said.String(), tc.said) || tc.said == "" && said.Len() > 0 {
			t.Errorf("%q < %q: exit code %d, not %d; it says %q, not %q", tc.args, tc.input, code, tc.code, said, tc.said)
		}
	}
}

func TestAnotherName(t *testing.T) {
	var said bytes.Buffer
	if code := run([]string{"/usr/bin/zsh"}, nil, nil, &said); code != misused || !strings.Contains(said.String(), "zsh: this program acts by") {
		t.Errorf("exit code %d: %s", code, &said)
	}
}
