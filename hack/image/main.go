package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"
)

const usage = `usage: image build --name NAME[:TAG] --file /PATH=SOURCE ... --output ARCHIVE [--libraries] [--arch ARCH]
                   (--dockerfile FILE [--context FOLDER] [--build-arg K=V ...] | --entrypoint PATH [--user UID:GID] [--label K=V ...])
       image index --name NAME[:TAG] --archive ARCHIVE ... --output ARCHIVE
       image push --archive ARCHIVE --to HOST:PORT --as NAME[:TAG] [--new] [--insecure]
       image pull --reference NAME --output ARCHIVE [--name NAME:TAG] [--arch ARCH] [--insecure]
       image inspect (--archive ARCHIVE | --reference NAME [--insecure]) [--digest | --json]
                     [--check [--dockerfile FILE [--context FOLDER] [--build-arg K=V ...]]]
       image roundtrip --registry HOST:PORT --repository PATH [--tag TAG] [--docker]
                       [--layers N] [--layer-size BYTES] [--insecure]`

// output keeps results (stdout) and progress (stderr) apart.
type output struct{ result, progress io.Writer }

func (o output) say(format string, args ...any) { _, _ = fmt.Fprintf(o.progress, format+"\n", args...) }

func (o output) print(format string, args ...any) { _, _ = fmt.Fprintf(o.result, format+"\n", args...) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], output{result: os.Stdout, progress: os.Stderr})
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out output) error {
	commands := map[string]func(context.Context, *flag.FlagSet, []string, output) error{
		"build": buildCommand, "index": indexCommand, "push": pushCommand, "pull": pullCommand, "inspect": inspectCommand,
		"roundtrip": roundtripCommand,
	}
	if len(args) == 0 || commands[args[0]] == nil {
		return errors.New(usage)
	}
	flags := flag.NewFlagSet("image "+args[0], flag.ContinueOnError)
	flags.SetOutput(out.progress)
	if err := commands[args[0]](ctx, flags, args[1:], out); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	return nil
}

// parse refuses arguments that are no flags and names required flags that are missing.
func parse(flags *flag.FlagSet, args []string, required ...string) error {
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is no flag\n%s", flags.Arg(0), usage)
	}
	for _, name := range required {
		if f := flags.Lookup(name); f.Value.String() == "" {
			return fmt.Errorf("--%s is missing: %s\n%s", name, f.Usage, usage)
		}
	}
	return nil
}

// pairs is a flag KEY=VALUE that may be given several times.
type pairs map[string]string

// String is empty while there are none, which parse takes for missing.
func (p pairs) String() string {
	if len(p) == 0 {
		return ""
	}
	return fmt.Sprint(map[string]string(p))
}

// Set adds one pair.
func (p pairs) Set(text string) error {
	key, value, found := strings.Cut(text, "=")
	if !found || key == "" {
		return fmt.Errorf("%q is not KEY=VALUE", text)
	}
	if _, twice := p[key]; twice {
		return fmt.Errorf("%q is given twice", key)
	}
	p[key] = value
	return nil
}

func seconds(since time.Time) string { return fmt.Sprintf("%.1f s", time.Since(since).Seconds()) }

func megabytes(size int64) string { return fmt.Sprintf("%.1f MB", float64(size)/1e6) }
