package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var (
	variable = regexp.MustCompile(`\$(?:\{(\w+)\}|(\w+))`)
	label    = regexp.MustCompile(`([^\s=]+)=(?:"([^"]*)"|(\S+))`)
)

// follow takes user, entrypoint and labels from the last stage of a Dockerfile, requires the files that it copies from another stage, and
// adds those that it copies from the folder context.
func (r *recipe) follow(file, context string, buildArgs map[string]string) error {
	stage, err := readStage(file, context, buildArgs)
	if err != nil {
		return err
	}
	if files := slices.Sorted(maps.Keys(r.files)); !slices.Equal(files, stage.copies) {
		return fmt.Errorf("%s copies %v, but --file names %v: both ways of building must give the same content", file, stage.copies, files)
	}
	maps.Copy(r.files, stage.files)
	r.entrypoint, r.labels = stage.entrypoint, stage.labels
	if stage.user != "" {
		r.user = stage.user
	}
	return nil
}

// readStage reads the last stage of a Dockerfile. An instruction that it does not know is an error: silently leaving it out would give
// another image.
func readStage(file, context string, buildArgs map[string]string) (*stage, error) {
	data, err := os.ReadFile(file) // #nosec G304 -- the flag names the file
	if err != nil {
		return nil, fmt.Errorf("reading the Dockerfile: %w", err)
	}
	out := &stage{
		args: map[string]string{}, buildArgs: buildArgs, labels: map[string]string{}, context: context, files: map[string]string{},
	}
	for _, line := range lastStage(string(data)) {
		if err := out.read(line); err != nil {
			return nil, fmt.Errorf("%s: %q: %w", file, line, err)
		}
	}
	slices.Sort(out.copies)
	return out, nil
}

// lastStage gives the instructions from the last FROM on, comments dropped and continued lines joined.
func lastStage(text string) []string {
	var lines []string
	pending := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if head, continued := strings.CutSuffix(line, `\`); continued {
			pending += head + " "
			continue
		}
		line, pending = pending+line, ""
		if strings.HasPrefix(strings.ToUpper(line), "FROM ") {
			lines = nil
		}
		lines = append(lines, line)
	}
	return lines
}

type stage struct {
	args, buildArgs, labels map[string]string
	user, context           string
	entrypoint, copies      []string
	files                   map[string]string // from the context: path in the image -> source
}

func (s *stage) read(line string) error {
	instruction, rest, _ := strings.Cut(line, " ")
	rest, err := s.expand(strings.TrimSpace(rest))
	if err != nil {
		return err
	}
	switch strings.ToUpper(instruction) {
	case "FROM":
		if rest != "scratch" {
			return errors.New("the last stage must start from scratch: there is nothing else to start from without an engine")
		}
	case "ARG":
		key, value, _ := strings.Cut(rest, "=")
		if given, found := s.buildArgs[key]; found {
			value = given
		}
		s.args[key] = value
	case "LABEL":
		for _, pair := range label.FindAllStringSubmatch(rest, -1) {
			s.labels[pair[1]] = pair[2] + pair[3]
		}
	case "COPY":
		return s.copy(strings.Fields(rest))
	case "USER":
		s.user = rest
	case "ENTRYPOINT":
		if err := json.Unmarshal([]byte(rest), &s.entrypoint); err != nil {
			return fmt.Errorf("only the form [\"/program\"] works without a shell: %w", err)
		}
	default:
		return errors.New("this instruction has no counterpart here")
	}
	return nil
}

func (s *stage) expand(text string) (string, error) {
	var missing error
	text = variable.ReplaceAllStringFunc(text, func(found string) string {
		key := strings.Trim(found, "${}")
		value, known := s.args[key]
		if !known {
			missing = fmt.Errorf("%s is no ARG of the last stage", key)
		}
		return value
	})
	return text, missing
}

// copyFolder adds what is in a folder of the context.
func (s *stage) copyFolder(folder, target string) error {
	source := filepath.Join(s.context, folder)
	return filepath.WalkDir(source, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		below, err := filepath.Rel(source, file)
		if err != nil {
			return err
		}
		s.files[target+filepath.ToSlash(below)] = file
		return nil
	})
}

// copy takes COPY --from=STAGE [--chmod=0755] SOURCE... TARGET; the mode is that which build gives to a program. Without a stage it takes
// COPY FOLDER TARGET/.
func (s *stage) copy(words []string) error {
	from := false
	for len(words) > 0 && strings.HasPrefix(words[0], "--") {
		switch {
		case strings.HasPrefix(words[0], "--from="):
			from = true
		case words[0] != "--chmod=0755":
			return fmt.Errorf("%s has no counterpart here", words[0])
		}
		words = words[1:]
	}
	if len(words) < 2 || !from && (len(words) != 2 || !strings.HasSuffix(words[1], "/")) {
		return errors.New("only COPY --from=STAGE SOURCE... TARGET and COPY FOLDER TARGET/ have a counterpart here")
	}
	target := words[len(words)-1]
	if !from {
		return s.copyFolder(words[0], target)
	}
	for _, source := range words[:len(words)-1] {
		if strings.HasSuffix(target, "/") {
			s.copies = append(s.copies, target+path.Base(source))
			continue
		}
		s.copies = append(s.copies, target)
	}
	return nil
}
