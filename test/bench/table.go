package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// verbs is the order of the columns.
var verbs = []string{"get", "list", "watch", "create", "patch", "update", "delete"}

// print writes the tables.
func (f *figures) print(out io.Writer) {
	table(out, f.requestRows())
	for _, g := range f.Growth {
		_, _ = fmt.Fprintf(out, "\nrequests per store, %s\n", g.title())
		kinds := slices.SortedFunc(maps.Keys(g.Kinds), func(a, b string) int {
			return cmp.Or(cmp.Compare(g.Kinds[b], g.Kinds[a]), strings.Compare(a, b))
		})
		for _, kind := range kinds {
			_, _ = fmt.Fprintf(out, "%6.2f  %s\n", g.Kinds[kind], kind)
		}
	}
	_, _ = fmt.Fprintln(out)
	table(out, f.timeRows())
	_, _ = fmt.Fprintf(out, "Of the time until all are Ready, a pod takes %.1f s. The machine has %d processors.\n\n",
		podTime.Seconds(), f.Processors)
	table(out, f.memoryRows())
	_, _ = fmt.Fprintf(out, "A store adds %d KiB.\n", f.BytesPerStore>>10)
}

func (f *figures) requestRows() [][]string {
	rows := [][]string{append(append([]string{"requests of the operator"}, verbs...), "total", "of the lease", "to agents")}
	for _, g := range f.Growth {
		row := []string{"per store, " + g.title()}
		for _, verb := range verbs {
			row = append(row, decimal(g.Verbs[verb]))
		}
		rows = append(rows, append(row, decimal(g.Total), "", decimal(g.Questions)))
	}
	for _, c := range []struct {
		title string
		calm
	}{{"idle", f.Idle}, {"after a restart", f.Restart}} {
		row, total := []string{fmt.Sprintf("%s, %d stores, %.0f s", c.title, c.Stores, c.Seconds)}, 0
		for _, verb := range verbs {
			count := c.Acting[verb] + c.Caching[verb]
			total += count
			row = append(row, strconv.Itoa(count))
		}
		rows = append(rows, append(row, strconv.Itoa(total), strconv.Itoa(c.Leading), strconv.Itoa(c.Questions)))
	}
	return rows
}

func (f *figures) timeRows() [][]string {
	rows := [][]string{{
		"time", "all objects", "all Ready", "stores/s", "a plain apply", "plain applies per store", "CPU per store",
	}}
	for _, g := range f.Growth {
		rows = append(rows, []string{
			g.title(), decimal(g.Objects) + " s", decimal(g.Ready) + " s", decimal(float64(g.Stores) / g.Objects),
			decimal(g.Apply) + " ms", decimal(g.ObjectsApplies), fmt.Sprintf("%.0f ms", g.CPU),
		})
	}
	return append(rows,
		[]string{"idle", "", "", "", "", "", fmt.Sprintf("%.2f s in all", f.Idle.CPU)},
		[]string{"a restart", "", "", "", "", "", fmt.Sprintf("%.2f s in all", f.Restart.CPU)})
}

func (f *figures) memoryRows() [][]string {
	rows := [][]string{{"memory of the operator", "stores", "RSS", "not of files", "peak"}}
	for _, w := range f.Memory {
		rows = append(rows, []string{w.When, strconv.Itoa(w.Stores), mebibytes(w.RSS), mebibytes(w.Anonymous), mebibytes(w.Peak)})
	}
	return rows
}

func (g growth) title() string {
	return fmt.Sprintf("%d created beside %d", g.Stores, g.Before)
}

func decimal(value float64) string { return strconv.FormatFloat(value, 'f', 1, 64) }

func mebibytes(bytes int64) string { return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20)) }

func table(out io.Writer, rows [][]string) {
	writer := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range rows {
		_, _ = fmt.Fprintln(writer, strings.Join(row, "\t")+"\t")
	}
	_ = writer.Flush()
}
