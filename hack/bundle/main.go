package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// Names under which OLM, catalogs and clusters know the operator.
const (
	packageName    = "zot-artifact-store-operator"
	deploymentName = "zot-operator-manager"
	crdName        = "zotartifactstores.artifacts.zot.io"
	// channels that a release is in; catalog/template.yaml has the graph of each.
	channels       = "candidate,stable"
	defaultChannel = "stable"
)

// inputs is where everything comes from and goes to.
type inputs struct {
	// root is the folder of the repository.
	root string
	// version is the release, without a v.
	version string
	// output is the folder in which bundle/ and bundle.Dockerfile are written.
	output string
	// images is the file with what a release knows of its images.
	images string
	// replaces is the version whose place this one takes; empty for the first one.
	replaces string
}

func main() {
	in := inputs{}
	flag.StringVar(&in.root, "root", ".", "folder of the repository")
	flag.StringVar(&in.version, "version", "", "version of the release, such as 0.1.0")
	flag.StringVar(&in.output, "output", ".", "folder for bundle/ and bundle.Dockerfile")
	flag.StringVar(&in.images, "images", "", "file with the digests of the images; default: config/olm/images.yaml")
	flag.StringVar(&in.replaces, "replaces", "", "version that this one replaces")
	flag.Parse()
	if in.images == "" {
		in.images = filepath.Join(in.root, "config", "olm", "images.yaml")
	}
	if err := run(in); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func run(in inputs) error {
	if in.version == "" {
		return fmt.Errorf("--version is missing")
	}
	installation, err := readInstallation(os.Stdin)
	if err != nil {
		return fmt.Errorf("the installation on standard input: %w", err)
	}
	csv, err := assemble(in, installation)
	if err != nil {
		return err
	}
	files, err := manifestFiles(in, installation, csv)
	if err != nil {
		return err
	}
	if err := consoleFiles(in, files); err != nil {
		return err
	}
	if err := metadataFiles(in, files); err != nil {
		return err
	}
	if err := files.write(in.output); err != nil {
		return err
	}
	count, size := files.bundle()
	fmt.Printf("    %d files, %d bytes\n", count, size)
	return nil
}
