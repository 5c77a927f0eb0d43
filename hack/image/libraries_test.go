package main

import (
	"maps"
	"strings"
	"testing"
)

func TestParseLibraries(t *testing.T) {
	got, err := parseLibraries([]byte("\tlinux-vdso.so.1 (0x00007f1c07e31000)\n" +
		"\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f1c07d36000)\n" +
		"\t/lib64/ld-linux-x86-64.so.2 (0x00007f1c07e33000)\n"))
	want := map[string]string{
		"/usr/lib/libm.so.6": "/lib/x86_64-linux-gnu/libm.so.6", "/lib64/ld-linux-x86-64.so.2": "/lib64/ld-linux-x86-64.so.2",
	}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	for printed, reason := range map[string]string{
		"\tliblzf.so.1 => not found\n":     "liblzf.so.1 is not on this machine",
		"\tstatically linked\n":            "no shared libraries",
		"\tlinux-vdso.so.1 (0x00007f1c)\n": "no shared libraries",
	} {
		if _, err := parseLibraries([]byte(printed)); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: got %v, want an error with %q", printed, err, reason)
		}
	}
}
