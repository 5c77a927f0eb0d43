package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// script is hack/release.sh in a folder of the test's own, in which it can build nothing.
type script struct{ root string }

func newScript(t *testing.T) script {
	t.Helper()
	s := script{root: t.TempDir()}
	for _, name := range []string{"release.sh", "step.sh", "names.sh"} {
		put(t, string(read(t, "..", name)), s.root, "hack", name)
	}
	return s
}

// run gives what the script told before it failed.
func (s script) run(t *testing.T, environment ...string) string {
	t.Helper()
	command := exec.Command("bash", filepath.Join(s.root, "hack", "release.sh")) // #nosec G204 -- a test
	for _, variable := range os.Environ() {
		// Not the repository that a hook of git may have named.
		if !strings.HasPrefix(variable, "GIT_") {
			command.Env = append(command.Env, variable)
		}
	}
	command.Env = append(command.Env, "VERSION=1.2.3", "SOURCE_COMMIT=", "SOURCE_DATE_EPOCH=", "ALLOW_DIRTY=", "RELEASE_FOLDER=")
	command.Env = append(command.Env, environment...)
	out, err := command.CombinedOutput()
	if err == nil {
		t.Errorf("it has made a release:\n%s", out)
	}
	return string(out)
}

// commit makes it a repository of git, with a user's setting that hides files.
func (s script) commit(t *testing.T) {
	t.Helper()
	for _, args := range [][]string{
		{"init", "-q"}, {"config", "status.showUntrackedFiles", "no"}, {"add", "hack"}, {"commit", "-q", "-m", "first"},
	} {
		args = append([]string{"-C", s.root, "-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"}, args...)
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
}

// The script refuses sources that are in no commit, and sources that say not which they are.
func TestReleaseRefusesSources(t *testing.T) {
	s := newScript(t)
	if out := s.run(t); !strings.Contains(out, "SOURCE_COMMIT: there is no git here") {
		t.Errorf("without git:\n%s", out)
	}
	if out := s.run(t, "SOURCE_COMMIT="+commitOne); !strings.Contains(out, "SOURCE_DATE_EPOCH: there is no git here") {
		t.Errorf("without a time:\n%s", out)
	}
	s.commit(t)
	put(t, "", s.root, "folder", "new.go")
	if out := s.run(t); !strings.Contains(out, "in no commit") || !strings.Contains(out, "?? folder/new.go") {
		t.Errorf("a file that is in no commit:\n%s", out)
	}
	if out := s.run(t, "ALLOW_DIRTY=1"); !strings.Contains(out, "NOT A RELEASE") || !strings.Contains(out, "dist/1.2.3-dirty") {
		t.Errorf("what is not committed was taken, and not said:\n%s", out)
	}
}

// What a person has set for Go does not count, but for where modules come from.
func TestReleaseSetsGo(t *testing.T) {
	s := newScript(t)
	s.commit(t)
	settings := put(t, "GOPROXY=https://modules.example.com\nGOFLAGS=-tags=mine\nGOAMD64=v3\n", t.TempDir(), "env")
	goProgram, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	// It builds nothing, and tells what it was to build with.
	programs := t.TempDir()
	const instead = `[[ $1 != env ]] || exec "$GO" "$@"
"$GO" env GOENV GOPROXY GOFLAGS GOAMD64 GOWORK GOTOOLCHAIN GOFIPS140
exit 1
`
	program(t, instead, programs, "go")
	out := s.run(t, "GO="+goProgram, "PATH="+programs+":"+os.Getenv("PATH"), "GOENV="+settings, "GOPROXY=", "GOFLAGS=", "GOWORK=",
		"GOTOOLCHAIN=", "GOFIPS140=latest", "GOAMD64=")
	// go env shows GOENV=off as nothing.
	want := "\n\nhttps://modules.example.com\n-mod=readonly\nv1\noff\nlocal\noff\n"
	if !strings.Contains(out, want) {
		t.Errorf("Go was to build with\n%s\nwant %s", out, want)
	}
}

// A manifest that no longer has the line which a digest is put into would be released with a tag that anybody may move.
func TestReleaseRefusesManifestsThatTakeNoDigest(t *testing.T) {
	const (
		tag  = "images:\n- name: operator\n  newTag: 0.1.0\n"
		zot  = "- name: RELATED_IMAGE_ZOT\n  value: ghcr.io/project-zot/zot:v2.1.20\n"
		goes = "it goes on to the bundle"
	)
	for name, row := range map[string]struct{ kustomization, deployment, want string }{
		"as they should be":   {tag, zot, goes},
		"no tag of ours":      {"images: []\n", zot, "bundle/config/manager/kustomization.yaml lacks newTag: 1.2.3"},
		"no zot":              {tag, "- name: RELATED_IMAGE_ZOT\n", "install/config/manager/deployment.yaml lacks @" + digestOne},
		"zot by digest as is": {tag, zot[:len(zot)-1] + "@sha256:0\n", "install/config/manager/deployment.yaml lacks @" + digestOne},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t)
			s.commit(t)
			programs := s.withoutBuilding(t)
			program(t, "printf '"+goes+"\n'; exit 1\n", s.root, "hack", "bundle.sh")
			put(t, row.kustomization, s.root, "config", "manager", "kustomization.yaml")
			put(t, row.deployment, s.root, "config", "manager", "deployment.yaml")
			out := s.run(t, "ALLOW_DIRTY=1", "PATH="+programs+":"+os.Getenv("PATH"))
			if !strings.Contains(out, row.want) || row.want != goes && strings.Contains(out, goes) {
				t.Errorf("want %q in\n%s", row.want, out)
			}
		})
	}
}

// withoutBuilding gives a folder for PATH in which go makes tools that only say what the script reads from them.
func (s script) withoutBuilding(t *testing.T) string {
	t.Helper()
	const instead = `while (($# > 0)) && [[ $1 != -o ]]; do shift; done
(($# > 0)) || exit 0
cat >"$2" <<'TOOL'
#!/usr/bin/env bash
case $1 in
check) printf 'REPLACES=\nZOT_DIGEST=` + digestOne + `\n' ;;
index) printf 'ghcr.io/zot-artifact-store/operator@` + digestOne + `\n' ;;
esac
TOOL
chmod +x "$2"
`
	programs := t.TempDir()
	program(t, instead, programs, "go")
	program(t, "exit 0\n", s.root, "hack", "image.sh")
	return programs
}

// program writes one of bash.
func program(t *testing.T, content string, path ...string) {
	t.Helper()
	if err := os.Chmod(put(t, "#!/usr/bin/env bash\n"+content, path...), 0o700); err != nil { // #nosec G302 -- a program
		t.Fatal(err)
	}
}
