// Command workflows checks the workflows of GitHub for what actionlint has no rules about: what they trust, and what they may do.
//
//   - an action is named by its commit, as a tag can be moved to other code; the comment after it tells the tag
//   - the file sets `permissions` for all jobs, to read at most; a job that writes asks for that itself
//   - a job has an end (`timeout-minutes`)
//   - a checkout leaves no token behind
//   - a script has no `${{ }}` in it: what others may choose, such as a branch's name, would become part of the program. Variables
//     of the environment do not
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
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
	Permissions yaml.Node      `yaml:"permissions"`
	Jobs        map[string]job `yaml:"jobs"`
}

type job struct {
	// Uses is another workflow, which then has the steps and their end.
	Uses    yaml.Node `yaml:"uses"`
	Timeout yaml.Node `yaml:"timeout-minutes"`
	Steps   []step    `yaml:"steps"`
}

type step struct {
	Uses yaml.Node `yaml:"uses"`
	Run  yaml.Node `yaml:"run"`
	With map[string]yaml.Node
}

// check tells what is wrong with a workflow, as LINE: PROBLEM.
func check(data []byte) ([]string, error) {
	var document workflow
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, err
	}
	if len(document.Jobs) == 0 {
		return nil, errors.New("there are no jobs in it")
	}
	problems := permissions(document.Permissions)
	for name, one := range document.Jobs {
		if !one.Uses.IsZero() {
			problems = append(problems, action(one.Uses)...)
		} else if one.Timeout.IsZero() {
			problems = append(problems, fmt.Sprintf("1: job %s has no timeout-minutes: it would hold a machine for six hours", name))
		}
		for _, s := range one.Steps {
			problems = append(problems, s.check()...)
		}
	}
	return problems, nil
}

// permissions looks at those that all jobs have.
func permissions(all yaml.Node) []string {
	if all.Kind != yaml.MappingNode {
		return []string{"1: there are no top-level permissions as a map: every job would have those that the repository gives"}
	}
	var problems []string
	for i := 0; i < len(all.Content); i += 2 {
		if value := all.Content[i+1]; value.Value != "read" && value.Value != "none" {
			problems = append(problems, fmt.Sprintf("%d: permission %s: %s is every job's: give it to the job that needs it",
				value.Line, all.Content[i].Value, value.Value))
		}
	}
	return problems
}

func (s step) check() []string {
	problems := action(s.Uses)
	if strings.HasPrefix(s.Uses.Value, "actions/checkout@") && s.With["persist-credentials"].Value != "false" {
		problems = append(problems, fmt.Sprintf("%d: a checkout leaves its token to later steps: persist-credentials: false", s.Uses.Line))
	}
	if strings.Contains(s.Run.Value, "${{") {
		problems = append(problems, fmt.Sprintf("%d: ${{ }} in a script becomes part of it: hand it over as a variable (env)", s.Run.Line))
	}
	return problems
}

// action looks at what `uses` names. A folder of this repository has the commit of the workflow itself.
func action(uses yaml.Node) []string {
	switch {
	case uses.IsZero() || strings.HasPrefix(uses.Value, "./"):
		return nil
	case !pinned.MatchString(uses.Value):
		return []string{fmt.Sprintf("%d: %s: name the action by its commit, 40 hexadecimal digits", uses.Line, uses.Value)}
	case !tag.MatchString(uses.LineComment):
		return []string{fmt.Sprintf("%d: %s: tell the tag of that commit after it, as `# v1.2.3`", uses.Line, uses.Value)}
	}
	return nil
}
