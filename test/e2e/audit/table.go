package audit

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// Row is a line of a table: what happened, and the requests meanwhile.
type Row struct {
	Title    string
	Requests []Request
}

// verbs is the order of the columns; other verbs follow by name.
var verbs = []string{"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"}

// Table counts the requests of each row by verb.
func Table(rows ...Row) string {
	used := map[string]bool{}
	counts := make([]map[string]int, len(rows))
	for i, row := range rows {
		counts[i] = map[string]int{}
		for _, request := range row.Requests {
			counts[i][request.Verb]++
			used[request.Verb] = true
		}
	}
	columns := slices.DeleteFunc(slices.Clone(verbs), func(verb string) bool { return !used[verb] })
	var others []string
	for verb := range used {
		if !slices.Contains(verbs, verb) {
			others = append(others, verb)
		}
	}
	slices.Sort(others)
	columns = append(columns, others...)

	var out strings.Builder
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', tabwriter.AlignRight)
	// A strings.Builder takes everything, so there is no error to look at.
	_, _ = fmt.Fprintf(table, "requests\t%s\ttotal\t\n", strings.Join(columns, "\t"))
	for i, row := range rows {
		_, _ = fmt.Fprintf(table, "%s\t", row.Title)
		for _, verb := range columns {
			_, _ = fmt.Fprintf(table, "%d\t", counts[i][verb])
		}
		_, _ = fmt.Fprintf(table, "%d\t\n", len(row.Requests))
	}
	_ = table.Flush()
	return out.String()
}

// List names what was asked for, with how often, most frequent first.
func List(requests []Request) string {
	counts := map[string]int{}
	for _, request := range requests {
		what := request.Resource
		switch {
		case what == "":
			what = request.Path
		case request.Subresource != "":
			what += "/" + request.Subresource
		}
		counts[request.Verb+" "+what]++
	}
	lines := make([]string, 0, len(counts))
	for what, count := range counts {
		lines = append(lines, fmt.Sprintf("%5d  %s", count, what))
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(b, a) })
	return strings.Join(lines, "\n")
}
