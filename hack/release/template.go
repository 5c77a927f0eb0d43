package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

const (
	packageName = "zot-artifact-store-operator"
	// candidate is the channel of releases that are yet to prove themselves.
	candidate     = "candidate"
	channelSchema = "olm.channel"
	bundleSchema  = "olm.bundle"
)

// blob is an entry of the template: a package, a channel or a bundle.
type blob struct {
	Schema         string         `json:"schema"`
	Package        string         `json:"package,omitempty"`
	Name           string         `json:"name,omitempty"`
	Image          string         `json:"image,omitempty"`
	DefaultChannel string         `json:"defaultChannel,omitempty"`
	Entries        []channelEntry `json:"entries,omitempty"`
}

type channelEntry struct {
	Name      string   `json:"name"`
	Replaces  string   `json:"replaces,omitempty"`
	Skips     []string `json:"skips,omitempty"`
	SkipRange string   `json:"skipRange,omitempty"`
}

type catalog struct {
	Schema  string `json:"schema"`
	Entries []blob `json:"entries"`
}

// templateCommand prints the template with this release: in the channels that have it already, else in candidate; its bundle by digest.
func templateCommand(in inputs, out io.Writer) error {
	all, err := readCatalog(in.template)
	if err != nil {
		return err
	}
	if err := all.add(in); err != nil {
		return fmt.Errorf("%s: %w", in.template, err)
	}
	printed, err := yaml.Marshal(all)
	if err != nil {
		return err
	}
	_, err = out.Write(printed)
	return err
}

func readCatalog(file string) (catalog, error) {
	all := catalog{}
	data, err := os.ReadFile(file) // #nosec G304 -- the flag names the file
	if err != nil {
		return all, err
	}
	if err := yaml.UnmarshalStrict(data, &all); err != nil {
		return all, fmt.Errorf("%s: %w", file, err)
	}
	return all, nil
}

// replaced is the version that this one replaces where a channel has it already; empty where none says so.
func (c *catalog) replaced(version string) string {
	for _, channel := range c.Entries {
		for _, entry := range channel.Entries {
			if entry.Name == csvName(version) && entry.Replaces != "" {
				return strings.TrimPrefix(entry.Replaces, csvName(""))
			}
		}
	}
	return ""
}

func (c *catalog) add(in inputs) error {
	repository, _, found := strings.Cut(in.image, "@")
	if !found {
		return fmt.Errorf("the bundle %s is not named by its digest", in.image)
	}
	entry := channelEntry{Name: csvName(in.version), SkipRange: "<" + in.version}
	if in.replaces != "" {
		entry.Replaces = csvName(in.replaces)
	}
	known := false
	for i := range c.Entries {
		if c.Entries[i].Schema != channelSchema {
			continue
		}
		here, err := c.Entries[i].take(entry)
		if err != nil {
			return err
		}
		if here && c.Entries[i].Name != candidate && strings.Contains(in.version, "-") {
			return fmt.Errorf("channel %s has %s, which is yet to prove itself: leave it to channel %s",
				c.Entries[i].Name, in.version, candidate)
		}
		known = known || here
	}
	if !known {
		if err := c.append(entry); err != nil {
			return err
		}
	}
	// The sources name their own bundle by its tag, as long as nothing has been released.
	tagged := repository + ":v" + in.version
	c.Entries = slices.DeleteFunc(c.Entries, func(b blob) bool { return b.Schema == bundleSchema && b.Image == tagged })
	c.Entries = append(c.Entries, blob{Schema: bundleSchema, Image: in.image})
	return nil
}

// take says which release this one replaces, where the channel has it already. One that REPLACES says nothing of stays.
func (b *blob) take(entry channelEntry) (bool, error) {
	for i := range b.Entries {
		if b.Entries[i].Name != entry.Name {
			continue
		}
		was := b.Entries[i].Replaces
		if was != "" && entry.Replaces != "" && was != entry.Replaces {
			return true, fmt.Errorf("channel %s: %s replaces %s, but REPLACES says %q", b.Name, entry.Name, was, entry.Replaces)
		}
		if was == "" {
			b.Entries[i].Replaces = entry.Replaces
		}
		return true, nil
	}
	return false, nil
}

// append puts a release that no channel has into candidate.
func (c *catalog) append(entry channelEntry) error {
	for i := range c.Entries {
		channel := &c.Entries[i]
		if channel.Schema != channelSchema || channel.Name != candidate {
			continue
		}
		replaced := slices.ContainsFunc(channel.Entries, func(e channelEntry) bool { return e.Name == entry.Replaces })
		if len(channel.Entries) > 0 && !replaced {
			var names []string
			for _, one := range channel.Entries {
				names = append(names, strings.TrimPrefix(one.Name, csvName("")))
			}
			return fmt.Errorf("channel %s has %s: say with REPLACES which of them %s takes the place of", candidate,
				strings.Join(names, ", "), entry.Name)
		}
		channel.Entries = append(channel.Entries, entry)
		return nil
	}
	return errors.New("there is no channel " + candidate)
}

func csvName(version string) string { return packageName + ".v" + version }
