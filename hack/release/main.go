package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

const usage = `usage: release check --version VERSION --template FILE --images FILE [--replaces VERSION] [--zot-digest DIGEST]
       release template --template FILE --version VERSION --image REFERENCE [--replaces VERSION]
       release pack --folder FOLDER --output FILE
       release sbom --version VERSION --image REFERENCE --output FILE PROGRAM...
       release seal --folder FOLDER --version VERSION --commit COMMIT --go-version VERSION --epoch SECONDS
                    [--replaces VERSION] [--zot-digest DIGEST] [--dirty]`

func main() {
	err := run(os.Args[1:], os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// inputs are the flags of all commands.
type inputs struct {
	version, replaces, zotDigest string
	template, image, images      string
	folder, output               string
	commit, goVersion, epoch     string
	dirty                        bool
	programs                     []string
}

func run(args []string, out io.Writer) error {
	commands := map[string]struct {
		do       func(inputs, io.Writer) error
		required []string
	}{
		"check":    {checkCommand, []string{"version", "template", "images"}},
		"template": {templateCommand, []string{"template", "version", "image"}},
		"pack":     {packCommand, []string{"folder", "output"}},
		"sbom":     {sbomCommand, []string{"version", "image", "output"}},
		"seal":     {sealCommand, []string{"folder", "version", "commit", "go-version", "epoch"}},
	}
	if len(args) == 0 || commands[args[0]].do == nil {
		return errors.New(usage)
	}
	command, in := commands[args[0]], inputs{}
	flags := flag.NewFlagSet("release "+args[0], flag.ContinueOnError)
	flags.StringVar(&in.version, "version", "", "the release, such as 1.2.3")
	flags.StringVar(&in.replaces, "replaces", "", "the release whose place it takes")
	flags.StringVar(&in.zotDigest, "zot-digest", "", "digest of the zot that stores take, sha256:...")
	flags.StringVar(&in.template, "template", "", "template of the catalog")
	flags.StringVar(&in.image, "image", "", "the image by digest")
	flags.StringVar(&in.images, "images", "", "file with the digest of the zot that config/manager names")
	flags.StringVar(&in.folder, "folder", "", "folder")
	flags.StringVar(&in.output, "output", "", "file to write")
	flags.StringVar(&in.commit, "commit", "", "commit of the sources")
	flags.StringVar(&in.goVersion, "go-version", "", "version of Go that has built the programs")
	flags.StringVar(&in.epoch, "epoch", "", "time that the bundle tells as its own, in seconds")
	flags.BoolVar(&in.dirty, "dirty", false, "some of the sources are in no commit")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	in.programs = flags.Args()
	for _, name := range command.required {
		if f := flags.Lookup(name); f.Value.String() == "" {
			return fmt.Errorf("%s: --%s is missing: %s\n%s", args[0], name, f.Usage, usage)
		}
	}
	if (args[0] == "sbom") != (len(in.programs) > 0) {
		return fmt.Errorf("%s: programs %v\n%s", args[0], strings.Join(in.programs, " "), usage)
	}
	if err := command.do(in, out); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	return nil
}
