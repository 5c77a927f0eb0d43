package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"

	"github.com/zot-artifact-store/operator/cmd/must-gather/shell/programs"
)

// Exit codes as every shell has them.
const (
	failed    = 1
	misused   = 2
	signalled = 128
)

// defaultPath is where programs are, if nobody says so: container engines set it, most of the time.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// killProgram is the name by which scripts reach programs.Kill: the interpreter knows a builtin kill, and cannot do it.
const killProgram = "/bin/kill"

type shell struct {
	name           string
	stdin          *os.File
	stdout, stderr io.Writer
	// own counts the signals that the shell has sent to itself with all of its group, and that are on their way.
	own atomic.Int32
	// ended is the exit code, once somebody else's signal has come.
	ended atomic.Int32
}

// isOwn takes one signal off those that are on their way.
func (s *shell) isOwn(received os.Signal) bool {
	return received == syscall.SIGTERM && s.own.CompareAndSwap(1, 0)
}

// run reads the arguments as bash does: options, then a script with its name and parameters, a file with its parameters, or nothing.
func (s *shell) run(ctx context.Context, args []string) int {
	var options []string
	inline := false
	for len(args) > 0 && len(args[0]) > 1 && strings.HasPrefix(args[0], "-") {
		option := args[0]
		args = args[1:]
		if option == "--" {
			break
		}
		if letters := strings.TrimPrefix(option, "-"); strings.Contains(letters, "c") && !strings.HasPrefix(letters, "-") {
			inline = true
			option = "-" + strings.ReplaceAll(letters, "c", "")
		}
		if option != "-" {
			options = append(options, option)
		}
	}
	if inline {
		if len(args) == 0 {
			return s.misuse(errors.New("-c wants a script behind it"))
		}
		script := args[0]
		if args = args[1:]; len(args) > 0 {
			s.name, args = args[0], args[1:]
		}
		return s.whole(ctx, strings.NewReader(script), options, args)
	}
	if len(args) > 0 {
		file, err := os.Open(args[0])
		if err != nil {
			return s.misuse(err)
		}
		defer func() { _ = file.Close() }()
		s.name = args[0]
		return s.whole(ctx, file, options, args[1:])
	}
	return s.input(ctx, options)
}

func (s *shell) misuse(err error) int {
	_, _ = fmt.Fprintf(s.stderr, "%s: %v\n", s.name, err)
	return misused
}

// whole runs a script that is there in full. A script that cannot be read does nothing.
func (s *shell) whole(ctx context.Context, text io.Reader, options, parameters []string) int {
	script, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(text, s.name)
	if err != nil {
		return s.misuse(err)
	}
	runner, err := s.runner(options, parameters, s.stdin)
	if err != nil {
		return s.misuse(err)
	}
	return s.code(runner.Run(ctx, script))
}

// input runs what comes on standard input, one statement after the other. The parser reads ahead, so what the script starts has nothing
// left to read there.
func (s *shell) input(ctx context.Context, options []string) int {
	runner, err := s.runner(options, nil, nil)
	if err != nil {
		return s.misuse(err)
	}
	code := 0
	for statement, err := range syntax.NewParser(syntax.Variant(syntax.LangBash)).StmtsSeq(s.stdin) {
		if err != nil {
			return s.misuse(err)
		}
		code = s.code(runner.Run(ctx, statement))
		if runner.Exited() || ctx.Err() != nil {
			return code
		}
	}
	return code
}

func (s *shell) runner(options, parameters []string, stdin *os.File) (*interp.Runner, error) {
	environment := os.Environ()
	if os.Getenv("PATH") == "" {
		environment = append(environment, "PATH="+defaultPath)
	}
	given := append(append(slices.Clone(options), "--"), parameters...)
	var in io.Reader
	if stdin != nil {
		in = stdin
	}
	return interp.New(
		interp.Env(expand.ListEnviron(environment...)), interp.StdIO(in, s.stdout, s.stderr), interp.Params(given...),
		interp.CallHandler(s.call),
		interp.ExecHandlers(s.inside, func(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return interp.DefaultExecHandler(grace) }),
	)
}

// code is what the script has ended with.
func (s *shell) code(err error) int {
	var status interp.ExitStatus
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	case errors.Is(err, context.Canceled): // a signal, which says the code
		return failed
	default:
		_, _ = fmt.Fprintf(s.stderr, "%s: %v\n", s.name, err)
		return failed
	}
}

// call gives scripts the builtins that the interpreter lacks.
func (s *shell) call(_ context.Context, args []string) ([]string, error) {
	switch {
	case args[0] == "kill":
		return append([]string{killProgram}, args[1:]...), nil
	case args[0] == "trap" && isIdleTrap(args[1:]):
		return []string{":"}, nil
	}
	return args, nil
}

// isIdleTrap is true where a signal is to do nothing but end what waits. Every signal ends the shell, and so what waits. Other actions at a
// signal the interpreter refuses by itself.
func isIdleTrap(args []string) bool {
	if len(args) < 2 || args[0] != ":" && args[0] != "-" {
		return false
	}
	return !slices.Contains(args[1:], "EXIT") && !slices.Contains(args[1:], "ERR")
}

// inside runs the programs of oc's scripts without a process.
func (s *shell) inside(next interp.ExecHandlerFunc) interp.ExecHandlerFunc {
	return func(ctx context.Context, args []string) error {
		at := interp.HandlerCtx(ctx)
		var err error
		switch args[0] {
		case "awk":
			err = programs.Awk(args[1:], at.Stdin, at.Stdout)
		case "df":
			err = programs.Df(args[1:], at.Dir, at.Stdout)
		case "sed":
			err = programs.Sed(args[1:], at.Stdin, at.Stdout)
		case "sleep":
			err = programs.Sleep(ctx, args[1:])
		case "sync":
			err = programs.Sync(args[1:])
		case "setsid": // with a session or without
			if len(args) > 2 && args[1] == "-w" {
				return next(ctx, args[2:])
			}
			err = errors.New("this one knows nothing but -w PROGRAM ARGUMENTS...")
		case killProgram:
			err = programs.Kill(args[1:], func() { s.own.Store(1) })
		default:
			return next(ctx, args)
		}
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		_, _ = fmt.Fprintf(at.Stderr, "%s: %v\n", strings.TrimPrefix(args[0], "/bin/"), err)
		return interp.ExitStatus(failed)
	}
}
