package envtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// badSpec is a spec that a rule refuses when a store is created with it.
type badSpec struct {
	rule, spec string
	// where is the line that it comes from.
	where string
}

// badSpecs are the rejecting rows of the tests of pkg/validation, read from their sources, so that a new rule is tried here as
// well. Rows that are about a name or a change, or whose YAML is not written out, are left out.
func badSpecs() []badSpec {
	GinkgoHelper()
	files, err := filepath.Glob(repository("pkg", "validation", "*_test.go"))
	Expect(err).NotTo(HaveOccurred())
	var out []badSpec
	for _, file := range files {
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
		Expect(err).NotTo(HaveOccurred())
		ast.Inspect(parsed, func(node ast.Node) bool {
			row, ok := node.(*ast.CompositeLit)
			if !ok {
				return true
			}
			fields := fieldsOf(row)
			rule, isRow := text(fields["rule"])
			spec, isWritten := text(fields["spec"])
			if isRow && isWritten && fields["refused"] != nil && fields["store"] == nil && fields["old"] == nil {
				position := set.Position(row.Pos())
				out = append(out, badSpec{
					rule: rule, spec: spec, where: filepath.Base(position.Filename) + ":" + strconv.Itoa(position.Line),
				})
			}
			return true
		})
	}
	return out
}

func fieldsOf(literal *ast.CompositeLit) map[string]ast.Expr {
	out := map[string]ast.Expr{}
	for _, element := range literal.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok {
				out[key.Name] = pair.Value
			}
		}
	}
	return out
}

// text gives the value of a string that is written out, with strings.Repeat and + at most.
func text(expression ast.Expr) (string, bool) {
	switch e := expression.(type) {
	case *ast.BasicLit:
		out, err := strconv.Unquote(e.Value)
		return out, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		left, ok := text(e.X)
		right, alsoOK := text(e.Y)
		return left + right, ok && alsoOK && e.Op == token.ADD
	case *ast.CallExpr:
		function, ok := e.Fun.(*ast.SelectorExpr)
		if !ok || function.Sel.Name != "Repeat" || len(e.Args) != 2 {
			return "", false
		}
		repeated, ok := text(e.Args[0])
		times, isNumber := e.Args[1].(*ast.BasicLit)
		if !ok || !isNumber {
			return "", false
		}
		n, err := strconv.Atoi(times.Value)
		return strings.Repeat(repeated, max(n, 0)), err == nil
	}
	return "", false
}
