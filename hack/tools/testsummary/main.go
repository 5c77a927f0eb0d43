package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "testsummary:", err)
		os.Exit(1)
	}
}

// run reads the files and prints the summary. That a test failed is no error here: the run of the tests has said so.
func run(files []string, out io.Writer) error {
	total := newTally()
	for _, name := range files {
		if err := read(total, name); err != nil {
			return err
		}
	}
	return total.print(out)
}

func read(total *tally, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("open the report of a test run: %w", err)
	}
	defer func() { _ = file.Close() }()
	if err := total.read(file); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
