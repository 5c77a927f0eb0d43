package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// push --new takes a tag that is free, or names the same image; any other stays where it is.
func TestPushMovesNoTag(t *testing.T) {
	binary, host := program(t), mirror(t)
	archive := func(label string) string {
		file := filepath.Join(t.TempDir(), "image.tar")
		must(t, "build", "--name", operatorImage, "--entrypoint", "/manager", "--file", "/manager="+binary, "--label", "a="+label, "--output", file)
		return file
	}
	first, second := archive("first"), archive("second")
	push := func(file string, more ...string) (string, error) {
		return image(t, append([]string{"push", "--archive", file, "--to", host, "--as", operatorImage}, more...)...)
	}
	for range 2 {
		if _, err := push(first, "--new"); err != nil {
			t.Fatal(err)
		}
	}
	pulled := host + "/zot-artifact-store/operator:v0.1.0"
	there := must(t, "inspect", "--digest", "--reference", pulled)
	if _, err := push(second, "--new"); err == nil || !strings.Contains(err.Error(), "is there as "+there) {
		t.Errorf("another image under the same tag: %v", err)
	}
	if got := must(t, "inspect", "--digest", "--reference", pulled); got != there {
		t.Errorf("the tag has moved from %s to %s", there, got)
	}
	if _, err := push(second); err != nil {
		t.Errorf("without --new: %v", err)
	}
	if _, err := image(t, "inspect", "--archive", first, "--digest", "--check"); err == nil {
		t.Error("--digest with --check was taken, and nothing was checked")
	}
	if _, err := image(t, "push", "--archive", first, "--to", "127.0.0.1:1", "--as", operatorImage, "--new"); err == nil ||
		!strings.Contains(err.Error(), "asking what") {
		t.Errorf("a registry that does not answer: %v", err)
	}
}
