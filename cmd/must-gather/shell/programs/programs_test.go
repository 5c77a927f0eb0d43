package programs

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestText(t *testing.T) {
	const text = "a b c\nd e% f%\n"
	for _, tc := range []struct {
		program  func([]string, io.Reader, io.Writer) error
		argument string
		want     string
	}{
		{Awk, "NR==2 {print $2}", "e%\n"},
		{Awk, "NR==2{print $1, $3}", "d f%\n"},
		{Awk, "{ print }", text},
		{Awk, "{print $0}", text},
		{Awk, "NR == 1 {print $7}", "\n"},
		{Sed, "s/%//", "a b c\nd e f%\n"},
		{Sed, "s/%//g", "a b c\nd e f\n"},
		{Sed, "s,a,/,", "/ b c\nd e% f%\n"},
	} {
		var out bytes.Buffer
		if err := tc.program([]string{tc.argument}, strings.NewReader(text), &out); err != nil || out.String() != tc.want {
			t.Errorf("%s gives %q and %v, not %q", tc.argument, out.String(), err, tc.want)
		}
	}
}

// What is not known is an error, and never done otherwise.
func TestTextRefuses(t *testing.T) {
	for _, argument := range []string{"", "NR==2", "{print NF}", "NR>2 {print}", "BEGIN {print 1}", "{print $1 $2}"} {
		if err := Awk([]string{argument}, strings.NewReader("a\n"), io.Discard); err == nil {
			t.Errorf("awk does not refuse %q", argument)
		}
	}
	for _, argument := range []string{"", "s", "s/", "s/a", "s/a/b", "s/a.c/b/", "s/a/&/", "s/^a//", "s/a/b/p", "s/a/b/2", "d", "s//b/", "y/a/b/"} {
		if err := Sed([]string{argument}, strings.NewReader("a\n"), io.Discard); err == nil {
			t.Errorf("sed does not refuse %q", argument)
		}
	}
}

func TestDf(t *testing.T) {
	var out bytes.Buffer
	if err := Df([]string{"-P", "."}, t.TempDir(), &out); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^Filesystem .*\n- [1-9]\d* \d+ \d+ (\d|[1-9]\d|100)% /\S+\n$`).MatchString(out.String()) {
		t.Errorf("got %q", out.String())
	}
	for _, args := range [][]string{nil, {"-h", "."}, {"-P"}, {"-P", "missing"}} {
		if err := Df(args, t.TempDir(), io.Discard); err == nil {
			t.Errorf("df does not refuse %v", args)
		}
	}
	for _, one := range []struct{ used, available, want uint64 }{{0, 0, 0}, {0, 10, 0}, {1, 999, 1}, {70, 30, 70}, {701, 299, 71}, {5, 0, 100}} {
		if got := percentage(one.used, one.available); got != one.want {
			t.Errorf("%d used and %d free are %d %%, not %d", one.used, one.available, got, one.want)
		}
	}
}

func TestSleep(t *testing.T) {
	for text, want := range map[string]time.Duration{"5": 5 * time.Second, "0.5": time.Second / 2, "2m": 2 * time.Minute, "1d": 24 * time.Hour} {
		if got, err := parseDuration(text); got != want || err != nil {
			t.Errorf("%s is %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "x", "-1", "-1d", "xd"} {
		if _, err := parseDuration(text); err == nil {
			t.Errorf("%q is taken as a duration", text)
		}
	}
	if err := Sleep(t.Context(), []string{"0"}); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := Sleep(ctx, []string{"infinity"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it has slept for ever: %v", err)
	}
}

// None of these reaches a process.
func TestKillRefuses(t *testing.T) {
	for _, args := range [][]string{nil, {"x"}, {"-STOP", "0"}, {"-s", "NONE", "0"}, {"-9", "0"}, {"-TERM", "-1"}, {"--", "1"}} {
		if err := Kill(args, func() { t.Error("it was about to") }); err == nil {
			t.Errorf("kill does not refuse %v", args)
		}
	}
}

func TestTar(t *testing.T) {
	from := t.TempDir()
	files := map[string]string{"a/b/c.yaml": "content", "a/empty": "", "d": strings.Repeat("x", 70000)}
	for name, content := range files {
		if err := os.MkdirAll(filepath.Join(from, filepath.Dir(name)), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(from, name), []byte(content), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("d", filepath.Join(from, "link")); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		args  []string
		names []string
	}{
		{[]string{"-C", from + "/", "-c", "."}, []string{"./", "./a/", "./a/b/", "./a/b/c.yaml", "./a/empty", "./d", "./link"}},
		{[]string{"-C", from, "-c", "a"}, []string{"a/", "a/b/", "a/b/c.yaml", "a/empty"}},
		{[]string{"cf", "-", from + "/d"}, []string{strings.TrimPrefix(from, "/") + "/d"}},
	} {
		var out bytes.Buffer
		if err := Tar(tc.args, &out); err != nil {
			t.Errorf("%v: %v", tc.args, err)
			continue
		}
		found := untar(t, &out)
		if names := slices.Sorted(maps.Keys(found)); !slices.Equal(names, tc.names) {
			t.Errorf("%v gives %v, not %v", tc.args, names, tc.names)
		}
		for name, content := range files {
			if got, there := found["./"+name]; there && got != content {
				t.Errorf("%v: %s has %d bytes, not %d", tc.args, name, len(got), len(content))
			}
		}
	}
	for _, args := range [][]string{
		nil, {"-c"}, {"-x"}, {"-C", from, "-ox"}, {"-c", ".", "--exclude=a"}, {"-cf", "x.tar", "."}, {"-czf", "-", "."}, {"-c", "missing"},
	} {
		if err := Tar(args, io.Discard); err == nil {
			t.Errorf("tar does not refuse %v", args)
		}
	}
}

func untar(t *testing.T, archive io.Reader) map[string]string {
	t.Helper()
	found := map[string]string{}
	for reader := tar.NewReader(archive); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		if header.Mode&0o7000 != 0 || header.FileInfo().Mode()&fs.ModeDir != 0 != strings.HasSuffix(header.Name, "/") {
			t.Errorf("%s has mode %o", header.Name, header.Mode)
		}
		found[header.Name] = string(content)
	}
}

// A file that changes while it is read does not break the archive.
func TestTarOfWhatChanges(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(file, []byte("four"), 0o600); err != nil {
		t.Fatal(err)
	}
	for size, want := range map[int64]string{2: "fo", 4: "four", 6: "four\x00\x00"} {
		var out bytes.Buffer
		if err := copyInto(&out, file, size); err != nil || out.String() != want {
			t.Errorf("of %d bytes there are %q, %v", size, out.String(), err)
		}
	}
}
