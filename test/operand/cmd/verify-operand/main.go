package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

const howToMend = "run `make verify-operand ZOT_BIN=<a zot binary>` and commit test/operand/verified.json"

type options struct {
	zot, version, configs, record string
	check                         bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var o options
	flag.StringVar(&o.zot, "zot", os.Getenv("ZOT_BIN"), "zot binary that judges (default: $ZOT_BIN)")
	flag.StringVar(&o.version, "zot-version", "", "writing: the version of a binary that does not tell it; "+
		"--check: the version that must have accepted every golden configuration (default: any)")
	flag.StringVar(&o.configs, "configs", "../../test/fixtures/*/zot-config.json", "glob of the golden configurations")
	flag.StringVar(&o.record, "record", "verified.json", "the record to write or to check")
	flag.BoolVar(&o.check, "check", false, "compare with the record, write nothing")
	flag.Parse()
	err := run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "verify-operand:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out io.Writer) error {
	goldens, err := readGoldens(o.configs)
	if err != nil {
		return err
	}
	if o.zot == "" && !o.check {
		return errors.New("no zot binary: set ZOT_BIN or --zot, or use --check to compare with the record only")
	}
	record, err := readRecord(o.record)
	if err != nil {
		return err
	}
	if o.zot != "" {
		began := time.Now()
		if err := judge(ctx, o.zot, goldens, out); err != nil {
			return err
		}
		_, _ = fmt.Fprintf(out, "zot accepts %d golden configurations (%.1f s)\n", len(goldens), time.Since(began).Seconds())
	}
	if o.check {
		return record.check(goldens, o.version, out)
	}
	version := o.version
	if version == "" {
		if version, err = zotVersion(ctx, o.zot); err != nil {
			return err
		}
	}
	record.set(version, goldens)
	if err := record.write(o.record); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "%s: recorded for zot %s\n", o.record, version)
	return nil
}
