package validation

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	strict "sigs.k8s.io/yaml"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
)

// root of the repository, as seen from this package.
const root = "../.."

// pages are what users read: the README and docs, by their path from the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no pages in docs: %v", err)
	}
	out := map[string]string{}
	for _, file := range append(files, filepath.Join(root, "README.md")) {
		name, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.ToSlash(name)] = read(t, file)
	}
	return out
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// notOurs are top-level keys of YAML that belongs to another program.
var notOurs = []string{"scrape_configs"}

// TestPages takes every example as the webhook would: one of ours that is refused, or has a field that does not exist, fails. So does
// one that is neither a store, nor a spec, nor somebody else's: it may be a typing mistake.
func TestPages(t *testing.T) {
	stores := 0
	for page, content := range pages(t) {
		for i, block := range yamlBlock.FindAllStringSubmatch(content, -1) {
			t.Run(page+"#"+strconv.Itoa(i+1), func(t *testing.T) {
				var top map[string]any
				if err := strict.UnmarshalStrict([]byte(block[1]), &top); err != nil {
					t.Fatalf("this is no YAML: %v\n%s", err, block[1])
				}
				kind, version := top["kind"], top["apiVersion"]
				switch {
				case kind == "ZotArtifactStore" && version == v1alpha1.GroupVersion.String():
				case kind == nil && version == nil && top["spec"] != nil:
				case kind != nil && version != nil && version != v1alpha1.GroupVersion.String():
					return
				case len(top) == 1 && slices.Contains(notOurs, slices.Collect(maps.Keys(top))[0]):
					return
				default:
					t.Fatalf("nobody knows what this is:\n%s", block[1])
				}
				stores++
				store := &v1alpha1.ZotArtifactStore{ObjectMeta: metav1.ObjectMeta{Name: "my-store", Namespace: "zot-system"}}
				if err := strict.UnmarshalStrict([]byte(block[1]), store); err != nil {
					t.Fatalf("a field is unknown or has another type: %v\n%s", err, block[1])
				}
				mustValidate(t, store)
			})
		}
	}
	if stores < 20 {
		t.Errorf("only %d examples were found", stores)
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestPagesLinkToWhatIsThere follows the links between pages, to their sections too.
func TestPagesLinkToWhatIsThere(t *testing.T) {
	for page, content := range pages(t) {
		for _, found := range link.FindAllStringSubmatch(content, -1) {
			target, section, _ := strings.Cut(found[1], "#")
			if strings.Contains(found[1], "://") {
				continue
			}
			file := filepath.Join(root, filepath.Dir(page), target)
			if target == "" {
				file = filepath.Join(root, page)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s links to %s, which is not there", page, found[1])
				continue
			}
			if section != "" && !slices.Contains(sections(read(t, file)), section) {
				t.Errorf("%s links to %s, and %s has no such section", page, found[1], target)
			}
		}
	}
}

var (
	heading     = regexp.MustCompile(`(?m)^#+ (.*)$`)
	punctuation = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// sections are the names under which a page's headings can be linked to.
func sections(page string) []string {
	var out []string
	for _, found := range heading.FindAllStringSubmatch(page, -1) {
		out = append(out, strings.ReplaceAll(punctuation.ReplaceAllString(strings.ToLower(found[1]), ""), " ", "-"))
	}
	return out
}

// constants gives the values of the string constants of a file whose names begin so.
func constants(t *testing.T, file, prefix string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "apis", "v1alpha1", file), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(parsed, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, prefix) || len(spec.Values) != 1 {
			return true
		}
		if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
			if value, err := strconv.Unquote(literal.Value); err == nil {
				out = append(out, value)
			}
		}
		return true
	})
	if len(out) == 0 {
		t.Fatalf("%s has no constant that begins with %s", file, prefix)
	}
	return out
}

var firstCell = regexp.MustCompile("(?m)^\\| `([A-Z][A-Za-z]+)` \\|")

// TestStatusPageIsComplete holds docs/status.md against the API: conditions have a section each, reasons and phases a row.
func TestStatusPageIsComplete(t *testing.T) {
	page := read(t, filepath.Join(root, "docs", "status.md"))
	phases, conditions, reasons := []string{}, []string{}, []string{}
	for _, section := range strings.Split(page, "\n## ")[1:] {
		title, body, _ := strings.Cut(section, "\n")
		var rows []string
		for _, found := range firstCell.FindAllStringSubmatch(body, -1) {
			rows = append(rows, found[1])
		}
		switch name := strings.Trim(title, "`"); {
		case title == "Phases":
			phases = rows
		case name != title:
			conditions, reasons = append(conditions, name), append(reasons, rows...)
		default:
			reasons = append(reasons, rows...)
		}
	}
	same(t, "phases", phases, constants(t, "zotartifactstore_types.go", "Phase"))
	same(t, "conditions", conditions, constants(t, "conditions.go", "Condition"))
	same(t, "reasons", reasons, constants(t, "conditions.go", "Reason"))
}

func same(t *testing.T, what string, told, exist []string) {
	t.Helper()
	for _, name := range exist {
		if !slices.Contains(told, name) {
			t.Errorf("%s: docs/status.md does not tell of %s", what, name)
		}
	}
	for _, name := range told {
		if !slices.Contains(exist, name) {
			t.Errorf("%s: docs/status.md tells of %s, which does not exist", what, name)
		}
	}
}
