package main

import "testing"

const (
	statusText = "Name:\tmanager\nVmPeak:\t 1300000 kB\nVmHWM:\t   80000 kB\nVmRSS:\t   70000 kB\nRssAnon:\t   30000 kB\n"
	statText   = "42 (a (b) c) S 1 42 42 0 -1 4194560 900 0 0 0 150 25 0 0 20 0 9 0 100 200 300"
)

func TestParseUsage(t *testing.T) {
	got, err := parseUsage([]byte(statusText), []byte(statText))
	if err != nil {
		t.Fatal(err)
	}
	if want := (usage{RSS: 70000 << 10, Anonymous: 30000 << 10, Peak: 80000 << 10, CPU: 1.75}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestParseUsageRefusesWhatItCannotRead(t *testing.T) {
	for name, tc := range map[string]struct{ status, stat string }{
		"a kernel thread, which has no memory": {"Name:\tkthreadd\n", statText},
		"an amount in words":                   {"VmRSS:\tmuch\n", statText},
		"a short line":                         {statusText, "42 (manager) S 1"},
		"processor time in words":              {statusText, "42 (manager) S 1 42 42 0 -1 4194560 900 0 0 0 long 25"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := parseUsage([]byte(tc.status), []byte(tc.stat)); err == nil {
				t.Errorf("got %+v, want an error", got)
			}
		})
	}
}
