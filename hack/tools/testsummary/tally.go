package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// event is a line of `go test -json`; see `go doc test2json`.
type event struct {
	Action, Package, Test, Output string
}

// test is a Go test by package and name; the name is empty for the package as a whole.
type test struct{ pkg, name string }

func (t test) String() string { return strings.TrimSpace(t.pkg + " " + t.name) }

// specs are the numbers that a Ginkgo suite prints at its end.
type specs struct{ passed, failed, skipped int }

// tally is what became of the tests of some runs. A test that several runs have counts once: it failed if it failed in one, and is skipped
// if it was in all. A suite counts in each run, as runs choose other specs of it.
type tally struct {
	outcome map[test]string
	suites  map[suite]specs
	runs    int
}

// suite is one in a run.
type suite struct {
	test

	run int
}

func newTally() *tally {
	return &tally{outcome: map[test]string{}, suites: map[suite]specs{}}
}

var (
	colors    = regexp.MustCompile("\x1b\\[[0-9;]*m")
	suiteLine = regexp.MustCompile(`(\d+) Passed \| (\d+) Failed \| (?:\d+ Flaked \| )?(\d+) Pending \| (\d+) Skipped`)
	// What a suite prints when it succeeds and is told to be brief: a head, and a sign for each spec as it ends.
	briefHead  = regexp.MustCompile(`^\[\d+\] .* - (\d+)/(\d+) specs ?([•SP]*)`)
	briefSigns = regexp.MustCompile(`^([•SP]+)( SUCCESS! .*)?$`)
)

// read adds a run.
func (t *tally) read(in io.Reader) error {
	t.runs++
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if err := json.Unmarshal(line, &e); err != nil {
				return fmt.Errorf("not a line of `go test -json`: %.100q: %w", line, err)
			}
			t.note(e)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
	}
}

func (t *tally) note(e event) {
	key := test{e.Package, e.Test}
	switch e.Action {
	case "pass", "fail", "skip":
		if before := t.outcome[key]; before == "" || before == "skip" || e.Action == "fail" {
			t.outcome[key] = e.Action
		}
	case "output":
		t.noteSuite(key, strings.TrimSpace(colors.ReplaceAllString(e.Output, "")))
	}
}

// noteSuite looks for what a Ginkgo suite tells of its specs in a line of its output.
func (t *tally) noteSuite(of test, line string) {
	key := suite{of, t.runs}
	if found := suiteLine.FindStringSubmatch(line); found != nil {
		t.suites[key] = specs{passed: number(found[1]), failed: number(found[2]), skipped: number(found[3]) + number(found[4])}
		return
	}
	signs := ""
	if found := briefHead.FindStringSubmatch(line); found != nil {
		chosen, all := number(found[1]), number(found[2])
		t.suites[key], signs = specs{passed: chosen, skipped: all - chosen}, found[3]
	} else if found := briefSigns.FindStringSubmatch(line); found != nil {
		signs = found[1]
	}
	if numbers, known := t.suites[key]; known {
		skipped := strings.Count(signs, "S")
		numbers.passed, numbers.skipped = numbers.passed-skipped, numbers.skipped+skipped
		t.suites[key] = numbers
	}
}

// number reads digits that a regular expression found.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// print names what failed and what was skipped, and ends with the sum.
func (t *tally) print(out io.Writer) error {
	var sum specs
	for _, numbers := range t.suites {
		sum.passed, sum.failed, sum.skipped = sum.passed+numbers.passed, sum.failed+numbers.failed, sum.skipped+numbers.skipped
	}
	named := map[string][]string{}
	counted := t.counted()
	for _, key := range slices.SortedFunc(maps.Keys(counted), func(a, b test) int {
		return cmp.Or(cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.name, b.name))
	}) {
		switch counted[key] {
		case "pass":
			sum.passed++
		case "fail":
			sum.failed++
		case "skip":
			sum.skipped++
		}
		named[counted[key]] = append(named[counted[key]], key.String())
	}
	var report strings.Builder
	for _, outcome := range []string{"skip", "fail"} {
		for _, name := range named[outcome] {
			fmt.Fprintf(&report, "%s: %s\n", outcome, name)
		}
	}
	fmt.Fprintf(&report, "%d passed, %d failed, %d skipped\n", sum.passed, sum.failed, sum.skipped)
	if _, err := io.WriteString(out, report.String()); err != nil {
		return fmt.Errorf("print the summary: %w", err)
	}
	return nil
}

// counted are the outcomes that count by themselves, not through subtests, specs or the failed test of a package.
func (t *tally) counted() map[test]string {
	parents := t.parents()
	counted := map[test]string{}
	failed := map[test]int{}
	for one, numbers := range t.suites {
		failed[one.test] += numbers.failed
	}
	for key, outcome := range t.outcome {
		failedSpecs, isSuite := failed[key]
		switch {
		case parents[key]:
		case key.name == "" && (outcome != "fail" || t.explained(key.pkg)):
		case isSuite && (outcome != "fail" || failedSpecs > 0):
		default:
			counted[key] = outcome
		}
	}
	return counted
}

// parents are the tests that have subtests.
func (t *tally) parents() map[test]bool {
	found := map[test]bool{}
	for key := range t.outcome {
		for name := key.name; ; {
			slash := strings.LastIndex(name, "/")
			if slash < 0 {
				break
			}
			name = name[:slash]
			found[test{key.pkg, name}] = true
		}
	}
	return found
}

// explained says whether a test of the package failed, so that the failure of the package adds nothing.
func (t *tally) explained(pkg string) bool {
	for key, outcome := range t.outcome {
		if key.pkg == pkg && key.name != "" && outcome == "fail" {
			return true
		}
	}
	return false
}
