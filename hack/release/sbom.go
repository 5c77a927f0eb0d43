package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/CycloneDX/cyclonedx-gomod/pkg/generate/bin"
	"github.com/rs/zerolog"
)

const operatorModule = "github.com/zot-artifact-store/operator"

// sbomCommand writes what is in an image: its programs, and the modules of each.
func sbomCommand(in inputs, _ io.Writer) error {
	bom, err := bill(in)
	if err != nil {
		return err
	}
	file, err := os.Create(in.output)
	if err != nil {
		return err
	}
	encoder := cdx.NewBOMEncoder(file, cdx.BOMFileFormatJSON)
	encoder.SetPretty(true)
	return errors.Join(encoder.EncodeVersion(bom, cdx.SpecVersion1_6), file.Close())
}

// bill joins those of the programs. It has neither serial number nor time, nor the digests of the program that wrote it, which differ
// from machine to machine.
func bill(in inputs) (*cdx.BOM, error) {
	name, sum, found := strings.Cut(in.image, "@sha256:")
	if !found {
		return nil, fmt.Errorf("the image %s is not named by its digest", in.image)
	}
	ref := in.image
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{
		Component: &cdx.Component{
			BOMRef: ref, Type: cdx.ComponentTypeContainer, Name: name, Version: in.version,
			Hashes:     &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: sum}},
			PackageURL: "pkg:oci/" + path.Base(name) + "@sha256%3A" + sum + "?repository_url=" + name,
		},
		Tools: &cdx.ToolsChoice{Components: &[]cdx.Component{tool()}},
	}
	components, dependencies := map[string]cdx.Component{}, map[string][]string{}
	for _, program := range in.programs {
		if err := addProgram(program, in.version, ref, components, dependencies); err != nil {
			return nil, fmt.Errorf("%s: %w", program, err)
		}
	}
	all, graph := []cdx.Component{}, []cdx.Dependency{}
	for _, key := range sorted(components) {
		all = append(all, components[key])
	}
	for _, key := range sorted(dependencies) {
		on := dependencies[key]
		slices.Sort(on)
		graph = append(graph, cdx.Dependency{Ref: key, Dependencies: &on})
	}
	bom.Components, bom.Dependencies = &all, &graph
	return bom, nil
}

// tool is the library that reads the programs, at the version that go.mod pins.
func tool() cdx.Component {
	const module = "github.com/CycloneDX/cyclonedx-gomod"
	out := cdx.Component{Type: cdx.ComponentTypeLibrary, Name: module}
	if info, found := debug.ReadBuildInfo(); found {
		for _, one := range info.Deps {
			if one.Path == module {
				out.Version = one.Version
			}
		}
	}
	return out
}

// addProgram adds a program, the modules that it is made of, and Go's own library.
func addProgram(program, version, image string, components map[string]cdx.Component, dependencies map[string][]string) error {
	generator, err := bin.NewGenerator(program,
		bin.WithIncludeStdlib(true), bin.WithVersionOverride("v"+version), bin.WithLogger(zerolog.Nop()))
	if err != nil {
		return err
	}
	own, err := generator.Generate()
	if err != nil {
		return err
	}
	// The module of several programs is one, so that a program needs a name of its own.
	main := *own.Metadata.Component
	main.BOMRef, main.Name, main.Properties = "program:"+filepath.Base(program), filepath.Base(program), own.Metadata.Properties
	// The library takes a module's path for its repository, which it is not for one in a folder.
	main.ExternalReferences = &[]cdx.ExternalReference{{Type: cdx.ERTypeVCS, URL: repository}}
	if _, twice := components[main.BOMRef]; twice {
		return fmt.Errorf("two programs are named %s", main.Name)
	}
	components[main.BOMRef] = main
	dependencies[image] = append(dependencies[image], main.BOMRef)
	on := []string{}
	for _, one := range *own.Components {
		if strings.HasPrefix(one.Name, ".") {
			if one, err = ours(one, version); err != nil {
				return err
			}
		}
		components[one.BOMRef] = one
		on = append(on, one.BOMRef)
	}
	dependencies[main.BOMRef] = on
	return nil
}

// ours names the operator's own module, which the gateway's finds by its folder.
func ours(component cdx.Component, version string) (cdx.Component, error) {
	if component.Name != "../.." {
		return component, fmt.Errorf("%s is no name of a module", component.Name)
	}
	component.Name, component.Version = operatorModule, "v"+version
	component.PackageURL = "pkg:golang/" + operatorModule + "@v" + version + "?type=module"
	component.BOMRef = component.PackageURL
	return component, nil
}
