// Command catalog prints a file-based catalog: the entries of a template (olm.template.basic), in which each olm.bundle that is an image
// alone is replaced by what opm has rendered of that image, or of the folder that it was built from. Of files that know the same image, the
// last one counts: so the committed catalog is the source of old releases, and a fresh rendering that of the new one.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

const bundleSchema = "olm.bundle"

func main() {
	template := flag.String("template", "catalog/template.yaml", "the template")
	flag.Parse()
	if err := run(*template, flag.Args(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "catalog:", err)
		os.Exit(1)
	}
}

// run prints the catalog of a template with the bundles that are in the rendered files.
func run(template string, rendered []string, to io.Writer) error {
	data, err := os.ReadFile(template) // #nosec G304 -- the flag names the file
	if err != nil {
		return err
	}
	catalog := struct {
		Schema  string           `json:"schema"`
		Entries []map[string]any `json:"entries"`
	}{}
	if err := yaml.UnmarshalStrict(data, &catalog); err != nil {
		return fmt.Errorf("%s: %w", template, err)
	}
	bundles, err := read(rendered)
	if err != nil {
		return err
	}
	for i, entry := range catalog.Entries {
		if entry["schema"] == bundleSchema {
			image, _ := entry["image"].(string)
			if entry = bundles[image]; entry == nil {
				return fmt.Errorf("%s names %s, and no file has a rendering of it: %v", template, image, rendered)
			}
		}
		printed, err := yaml.Marshal(entry)
		if err != nil {
			return err
		}
		if i > 0 {
			printed = append([]byte("---\n"), printed...)
		}
		if _, err := to.Write(printed); err != nil {
			return err
		}
	}
	return nil
}

// read gives the bundles of catalogs by their images.
func read(files []string) (map[string]map[string]any, error) {
	out := map[string]map[string]any{}
	for _, file := range files {
		data, err := os.ReadFile(file) // #nosec G304 -- the arguments name the files
		if err != nil {
			return nil, err
		}
		documents := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), len(data))
		for {
			raw := json.RawMessage{}
			if err := documents.Decode(&raw); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			blob := map[string]any{}
			if err := json.Unmarshal(raw, &blob); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			if image, named := blob["image"].(string); named && blob["schema"] == bundleSchema {
				out[image] = blob
			}
		}
	}
	return out, nil
}
