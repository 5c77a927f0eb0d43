package progress

import (
	"fmt"
	"io"
	"time"
)

// Printer writes one line per finished step.
type Printer struct {
	out   io.Writer
	start time.Time
}

// NewPrinter returns a printer whose total time starts now.
func NewPrinter(out io.Writer) *Printer {
	return &Printer{out: out, start: time.Now()}
}

// Printf writes a line of its own.
func (p *Printer) Printf(format string, args ...any) {
	fmt.Fprintf(p.out, format+"\n", args...)
}

// Done writes the line of a finished step.
func (p *Printer) Done(step string, took time.Duration) {
	fmt.Fprintf(p.out, "  %-58s %6.1fs\n", step, took.Seconds())
}

// Step runs a step and writes its line. Long steps write a sign of life every half minute.
func (p *Printer) Step(step string, run func() error) error {
	start := time.Now()
	alive := time.NewTicker(30 * time.Second)
	defer alive.Stop()
	done := make(chan error, 1)
	go func() { done <- run() }()
	for {
		select {
		case <-alive.C:
			fmt.Fprintf(p.out, "  %-58s %6.0fs ...\n", step, time.Since(start).Seconds())
		case err := <-done:
			if err == nil {
				p.Done(step, time.Since(start))
			}
			return err
		}
	}
}

// Elapsed is the time since the printer was made.
func (p *Printer) Elapsed() time.Duration { return time.Since(p.start) }
