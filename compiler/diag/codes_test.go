package diag

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestCodeTable(t *testing.T) {
	id, slug := regexp.MustCompile(`^DT[0-9]{4}$`), regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	ids, slugs, last := map[Code]bool{}, map[string]bool{}, Code("")
	for _, i := range Codes() {
		switch {
		case !id.MatchString(string(i.Code)):
			t.Errorf("%s: an id is DT and four digits", i.Code)
		case ids[i.Code]:
			t.Errorf("%s stands twice", i.Code)
		case i.Code <= last:
			t.Errorf("%s stands behind %s", i.Code, last)
		}
		if slugs[i.Slug] || !slug.MatchString(i.Slug) {
			t.Errorf("%s: the slug %q is taken, or not of small letters, digits and hyphens", i.Code, i.Slug)
		}
		if !strings.HasSuffix(i.Summary, ".") || !strings.HasSuffix(i.Why, ".") {
			t.Errorf("%s: summary and why are sentences", i.Code)
		}
		if i.Bad == "" && i.Good == "" {
			t.Errorf("%s shows neither a bad example nor a good one", i.Code)
		}
		if i.Severity > Error {
			t.Errorf("%s has no severity", i.Code)
		}
		ids[i.Code], slugs[i.Slug], last = true, true, i.Code
		if found, ok := Lookup(strings.ToUpper(i.Slug)); !ok || found.Code != i.Code {
			t.Errorf("%s is not found by its slug", i.Code)
		}
		if i.Code.Info() != i {
			t.Errorf("%s has another entry than its own", i.Code)
		}
	}
	if _, ok := Lookup("DT9999"); ok {
		t.Error("found a code that is none")
	}
}

// Every constant of type Code that the package declares is in the table, and no two share an id.
func TestEveryCodeIsInTheTable(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{} // id -> constant
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Code" {
				return true
			}
			for i, name := range spec.Names {
				lit, ok := spec.Values[i].(*ast.BasicLit)
				if !ok {
					t.Errorf("%s is no literal", name.Name)
					continue
				}
				id, _ := strconv.Unquote(lit.Value)
				if names[id] != "" {
					t.Errorf("%s is %s and %s", id, names[id], name.Name)
				}
				names[id] = name.Name
				if !slices.ContainsFunc(Codes(), func(i Info) bool { return i.Code == Code(id) }) {
					t.Errorf("%s (%s) is in no table", name.Name, id)
				}
			}
			return true
		})
	}
	for _, i := range Codes() {
		if names[string(i.Code)] == "" {
			t.Errorf("%s has no constant", i.Code)
		}
	}
}
