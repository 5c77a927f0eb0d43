package main

import (
	"strings"
	"testing"
)

func TestTally(t *testing.T) {
	tests := map[string]struct {
		events, want string
	}{
		"nothing": {want: "0 passed, 0 failed, 0 skipped\n"},
		"a test and its package count once": {
			events: `{"Action":"pass","Package":"p","Test":"TestA"}
				{"Action":"pass","Package":"p"}`,
			want: "1 passed, 0 failed, 0 skipped\n",
		},
		"subtests count, their parent does not": {
			events: `{"Action":"pass","Package":"p","Test":"TestA/one"}
				{"Action":"skip","Package":"p","Test":"TestA/two"}
				{"Action":"pass","Package":"p","Test":"TestA"}`,
			want: "skip: p TestA/two\n1 passed, 0 failed, 1 skipped\n",
		},
		"a suite counts as its specs": {
			events: `{"Action":"output","Package":"p","Test":"TestE2E","Output":"\u001b[1mSUCCESS!\u001b[0m -- \u001b[38;5;10m3 Passed\u001b[0m | 0 Failed | 1 Pending | 2 Skipped\n"}
				{"Action":"pass","Package":"p","Test":"TestE2E"}`,
			want: "3 passed, 0 failed, 3 skipped\n",
		},
		"a brief suite counts as its specs": {
			events: `{"Action":"output","Package":"p","Test":"TestC","Output":"[1795] \u001b[1mContract\u001b[0m - 5/7 specs \u001b[38;5;10m•\u001b[0m\u001b[38;5;14mS\u001b[0m\n"}
				{"Action":"output","Package":"p","Test":"TestC","Output":"------\n"}
				{"Action":"output","Package":"p","Test":"TestC","Output":"•S• SUCCESS! 1m55s PASS\n"}
				{"Action":"pass","Package":"p","Test":"TestC"}`,
			want: "3 passed, 0 failed, 4 skipped\n",
		},
		"a suite that could not begin is a failure": {
			events: `{"Action":"output","Package":"p","Test":"TestE2E","Output":"FAIL! -- 0 Passed | 0 Failed | 0 Pending | 2 Skipped\n"}
				{"Action":"fail","Package":"p","Test":"TestE2E"}`,
			want: "fail: p TestE2E\n0 passed, 1 failed, 2 skipped\n",
		},
		"a package that does not compile is a failure": {
			events: `{"Action":"fail","Package":"p"}
				{"Action":"pass","Package":"q","Test":"TestA"}
				{"Action":"pass","Package":"q"}`,
			want: "fail: p\n1 passed, 1 failed, 0 skipped\n",
		},
		"a failed test explains its package": {
			events: `{"Action":"fail","Package":"p","Test":"TestA"}
				{"Action":"fail","Package":"p"}`,
			want: "fail: p TestA\n0 passed, 1 failed, 0 skipped\n",
		},
		"a package without tests is no skipped test": {
			events: `{"Action":"skip","Package":"p"}`,
			want:   "0 passed, 0 failed, 0 skipped\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			total := newTally()
			if err := total.read(strings.NewReader(test.events)); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			if err := total.print(&out); err != nil {
				t.Fatal(err)
			}
			if out.String() != test.want {
				t.Errorf("got:\n%swant:\n%s", out.String(), test.want)
			}
		})
	}
}

// Specs of one suite run on several clusters, and some tests run again where there is more beside them.
func TestTallyOfRuns(t *testing.T) {
	suite := func(passed, failed, outcome string) string {
		return `{"Action":"output","Package":"p","Test":"TestE2E","Output":"-- ` + passed + ` Passed | ` + failed + ` Failed | 0 Pending | 2 Skipped\n"}
			{"Action":"` + outcome + `","Package":"p","Test":"TestE2E"}`
	}
	alone := func(outcome string) string { return `{"Action":"` + outcome + `","Package":"p","Test":"TestA"}` }
	for name, row := range map[string]struct {
		runs []string
		want string
	}{
		"a suite counts in each":          {[]string{suite("3", "0", "pass"), suite("1", "0", "pass")}, "4 passed, 0 failed, 4 skipped\n"},
		"a failed suite, and a good one":  {[]string{suite("3", "1", "fail"), suite("1", "0", "pass")}, "4 passed, 1 failed, 4 skipped\n"},
		"skipped first, and then not":     {[]string{alone("skip"), alone("pass")}, "1 passed, 0 failed, 0 skipped\n"},
		"skipped when it is run again":    {[]string{alone("pass"), alone("skip")}, "1 passed, 0 failed, 0 skipped\n"},
		"skipped in both":                 {[]string{alone("skip"), alone("skip")}, "skip: p TestA\n0 passed, 0 failed, 1 skipped\n"},
		"failed, and good when run again": {[]string{alone("fail"), alone("pass")}, "fail: p TestA\n0 passed, 1 failed, 0 skipped\n"},
	} {
		t.Run(name, func(t *testing.T) {
			total, out := newTally(), &strings.Builder{}
			for _, run := range row.runs {
				if err := total.read(strings.NewReader(run)); err != nil {
					t.Fatal(err)
				}
			}
			if err := total.print(out); err != nil {
				t.Fatal(err)
			}
			if out.String() != row.want {
				t.Errorf("got:\n%swant:\n%s", out, row.want)
			}
		})
	}
}

func TestTallyRefusesOtherText(t *testing.T) {
	if err := newTally().read(strings.NewReader("PASS\n")); err == nil {
		t.Error("plain text was taken for a report")
	}
}
