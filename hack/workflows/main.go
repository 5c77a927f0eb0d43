// Command workflows checks the workflows of GitHub for what actionlint has no rules about: what they trust, and what they may do.
//
//   - an action is named by its commit, as a tag can be moved to other code; the comment after it tells the tag
//   - nothing starts it that runs with the repository's rights on what others have written (`pull_request_target`, `workflow_run`)
//   - the file sets `permissions` for all jobs, to read at most; a job that writes asks for that itself, for each thing by its name
//   - a job that writes is let to it by people: it has an `environment`, which names them, or needs a job that has one
//   - a job has an end (`timeout-minutes`)
//   - a checkout leaves no token behind
//   - a script, of a shell or of an action (`with.script`), has no `${{ }}` in it: what others may choose, such as a branch's name, would
//     become part of the program. Variables of the environment do not
package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	pinned = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
	tag    = regexp.MustCompile(`^# v\d+(\.\d+){0,2}$`)
)

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "workflows:", err)
		os.Exit(1)
	}
}

// run checks the files and writes what it finds, a line each.
func run(files []string, to io.Writer) error {
	if len(files) == 0 {
		return errors.New("usage: workflows FILE...")
	}
	found := 0
	for _, file := range files {
		data, err := os.ReadFile(file) // #nosec G304 -- the arguments name the files
		if err != nil {
			return err
		}
		problems, err := check(data)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		for _, problem := range problems {
			_, _ = fmt.Fprintf(to, "    %s:%s\n", file, problem)
		}
		found += len(problems)
	}
	if found > 0 {
		return fmt.Errorf("%d findings", found)
	}
	return nil
}

// workflow is what the rules look at. Nodes know their line and their comment.
type workflow struct {
	On          yaml.Node      `yaml:"on"`
	Permissions yaml.Node      `yaml:"permissions"`
	Jobs        map[string]job `yaml:"jobs"`
}

type job struct {
	// Uses is another workflow, which then has the steps and their end.
	Uses        yaml.Node `yaml:"uses"`
	Permissions yaml.Node `yaml:"permissions"`
	Environment yaml.Node `yaml:"environment"`
	Needs       names     `yaml:"needs"`
	Timeout     yaml.Node `yaml:"timeout-minutes"`
	Steps       []step    `yaml:"steps"`
}

// names are one, or a list.
type names []string

func (n *names) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*n = names{node.Value}
		return nil
	}
	return node.Decode((*[]string)(n))
}

type step struct {
	Uses yaml.Node `yaml:"uses"`
	Run  yaml.Node `yaml:"run"`
	With map[string]yaml.Node
}

// finding is what is wrong in a line.
type finding struct {
	line int
	text string
}

// check tells what is wrong with a workflow, as LINE: PROBLEM, by lines.
func check(data []byte) ([]string, error) {
	var document workflow
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, err
	}
	if len(document.Jobs) == 0 {
		return nil, errors.New("there are no jobs in it")
	}
	found := slices.Concat(starts(document.On), permissions(document.Permissions))
	for name, one := range document.Jobs {
		if !one.Uses.IsZero() {
			found = append(found, action(one.Uses)...)
		} else if one.Timeout.IsZero() {
			found = append(found, finding{1, "job " + name + " has no timeout-minutes: it would hold a machine for six hours"})
		}
		if own := one.Permissions; !own.IsZero() && own.Kind != yaml.MappingNode {
			found = append(found, finding{own.Line, "permissions of job " + name + " are no map: name what it needs, not " + own.Value})
		}
		if right := one.writes(); right != nil && !document.letGo(name) {
			text := fmt.Sprintf("job %s has %s: write, and nobody lets it", name, right.Value)
			found = append(found, finding{right.Line, text + ": give it, or a job that it needs, an environment"})
		}
		for _, s := range one.Steps {
			found = append(found, s.check()...)
		}
	}
	slices.SortFunc(found, func(a, b finding) int { return cmp.Or(a.line-b.line, strings.Compare(a.text, b.text)) })
	var problems []string
	for _, one := range found {
		problems = append(problems, fmt.Sprintf("%d: %s", one.line, one.text))
	}
	return problems, nil
}

// starts looks at what starts the workflow: a name, a list of names, or a map by names.
func starts(on yaml.Node) []finding {
	names := []*yaml.Node{&on}
	if len(on.Content) > 0 {
		names = on.Content
	}
	var found []finding
	for _, name := range names {
		if name.Value == "pull_request_target" || name.Value == "workflow_run" {
			found = append(found, finding{name.Line, name.Value + " runs with the repository's rights on what others have written"})
		}
	}
	return found
}

// permissions looks at those that all jobs have.
func permissions(all yaml.Node) []finding {
	if all.Kind != yaml.MappingNode {
		return []finding{{1, "there are no top-level permissions as a map: every job would have those that the repository gives"}}
	}
	var found []finding
	for i := 0; i < len(all.Content); i += 2 {
		if value := all.Content[i+1]; value.Value != "read" && value.Value != "none" {
			text := fmt.Sprintf("permission %s: %s is every job's: give it to the job that needs it", all.Content[i].Value, value.Value)
			found = append(found, finding{value.Line, text})
		}
	}
	return found
}

// writes gives the first permission by which a job writes, or nil.
func (j job) writes() *yaml.Node {
	for i := 0; i+1 < len(j.Permissions.Content); i += 2 {
		if j.Permissions.Content[i+1].Value == "write" {
			return j.Permissions.Content[i]
		}
	}
	return nil
}

// letGo says whether people have let a job go, or one that is over before it starts. Jobs that need each other are refused by actionlint.
func (w workflow) letGo(name string) bool {
	one, found := w.Jobs[name]
	return found && (!one.Environment.IsZero() || slices.ContainsFunc(one.Needs, w.letGo))
}

func (s step) check() []finding {
	found := action(s.Uses)
	if strings.HasPrefix(s.Uses.Value, "actions/checkout@") && s.With["persist-credentials"].Value != "false" {
		found = append(found, finding{s.Uses.Line, "a checkout leaves its token to later steps: persist-credentials: false"})
	}
	for _, script := range []yaml.Node{s.Run, s.With["script"]} {
		if strings.Contains(script.Value, "${{") {
			found = append(found, finding{script.Line, "${{ }} in a script becomes part of it: hand it over as a variable (env)"})
		}
	}
	return found
}

// action looks at what `uses` names. A folder of this repository has the commit of the workflow itself.
func action(uses yaml.Node) []finding {
	switch {
	case uses.IsZero() || strings.HasPrefix(uses.Value, "./"):
		return nil
	case !pinned.MatchString(uses.Value):
		return []finding{{uses.Line, uses.Value + ": name the action by its commit, 40 hexadecimal digits"}}
	case !tag.MatchString(uses.LineComment):
		return []finding{{uses.Line, uses.Value + ": tell the tag of that commit after it, as `# v1.2.3`"}}
	}
	return nil
}
