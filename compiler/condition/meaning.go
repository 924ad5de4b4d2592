package condition

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/containers"
	"github.com/google/cel-go/common/decls"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/stdlib"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/parser"

	"detc/compiler/ir"
)

// fnAtom stands around every atom of elaborated CEL.
const fnAtom = "atom"

// A meaning is the environment of elaborated CEL: functions with their bindings. What variables there are, each text
// brings along.
type meaning struct {
	env   *cel.Env
	check *checker.Env
}

// sharedMeaning is made once a process: no function of it depends on a schema.
var sharedMeaning = sync.OnceValues(newMeaning)

func newMeaning() (*meaning, error) {
	all := append(standard(), native()...)
	for _, f := range bound() {
		d, err := decls.NewFunction(f.name, f.overloads...)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(all, func(s *decls.FunctionDecl) bool { return s.Name() == f.name }); i >= 0 {
			if d, err = all[i].Merge(d); err != nil {
				return nil, err
			}
			all[i] = d
			continue
		}
		all = append(all, d)
	}
	env, err := cel.NewCustomEnv(cel.FunctionDecls(all...))
	if err != nil {
		return nil, err
	}
	check, err := checker.NewEnv(containers.DefaultContainer, env.CELTypeProvider())
	if err != nil {
		return nil, err
	}
	return &meaning{env, check}, check.AddFunctions(all...)
}

// plan checks an elaborated tree, so that one which makes no sense is never judged, and makes a program of it. It also
// gives the tree's text.
func (m *meaning) plan(root ast.Expr, b *elaborator) (cel.Program, string, error) {
	check, err := checker.NewEnv(containers.DefaultContainer, m.env.CELTypeProvider(), checker.ValidatedDeclarations(m.check))
	if err != nil {
		return nil, "", err
	}
	for name, v := range b.vars {
		if err := check.AddIdents(decls.NewVariable(name, v.cel())); err != nil {
			return nil, "", err
		}
	}
	tree := ast.NewAST(root, b.info)
	text, err := parser.Unparse(root, b.info)
	if err != nil {
		return nil, "", err
	}
	checked, errs := checker.Check(tree, nil, check)
	if list := errs.GetErrors(); len(list) > 0 {
		return nil, "", errors.New(list[0].Message)
	}
	code, err := m.env.PlanProgram(checked, cel.EvalOptions(cel.OptOptimize))
	return code, text, err
}

// cel is the type of a variable.
func (v variable) cel() *types.Type {
	switch v.kind {
	case letVar:
		return types.BoolType
	case recordVar:
		return types.NewMapType(types.StringType, types.BoolType)
	case textsVar:
		return types.NewListType(types.StringType)
	}
	return types.NewListType(fieldTypes[v.field.Type].cel)
}

// native is the part of CEL's standard library that only the elaborated text needs.
func native() []*decls.FunctionDecl {
	keep := map[string][]string{
		overloads.Contains:          {overloads.ContainsString},
		overloads.StartsWith:        {overloads.StartsWithString},
		overloads.EndsWith:          {overloads.EndsWithString},
		overloads.Matches:           nil,
		overloads.TypeConvertString: {overloads.IntToString, overloads.DoubleToString, overloads.BoolToString},
	}
	for name := range timeParts {
		keep[name] = nil
	}
	var out []*decls.FunctionDecl
	for _, f := range stdlib.Functions() {
		ids, ok := keep[f.Name()]
		if !ok {
			continue
		}
		if ids != nil {
			f = f.Subset(decls.IncludeOverloads(ids...))
		}
		out = append(out, f)
	}
	return out
}

// bound are the functions that CEL doesn't have, with what they do.
func bound() []declaration {
	str, boolean, list := types.StringType, types.BoolType, types.NewListType(types.StringType)
	one := func(name string, result, arg *types.Type, f func(ref.Val) ref.Val, opts ...decls.OverloadOpt) declaration {
		return declaration{name, []decls.FunctionOpt{decls.Overload(name, []*types.Type{arg}, result, append(opts, decls.UnaryBinding(f))...)}}
	}
	two := func(id string, of, arg *types.Type, f func(a, b ref.Val) bool) decls.FunctionOpt {
		return decls.MemberOverload(id, []*types.Type{of, arg}, boolean, decls.BinaryBinding(func(a, b ref.Val) ref.Val { return types.Bool(f(a, b)) }))
	}
	texts := func(f func(s, want string) bool) func(a, b ref.Val) bool {
		return func(a, b ref.Val) bool { return f(string(a.(types.String)), string(b.(types.String))) }
	}
	out := []declaration{
		one(fnAtom, boolean, boolean, func(v ref.Val) ref.Val { return types.Bool(v == types.True) }, decls.OverloadIsNonStrict()),
		one("ip", ipType, str, func(v ref.Val) ref.Val {
			a, err := netip.ParseAddr(string(v.(types.String)))
			if err != nil {
				return types.NewErr("%v", err)
			}
			return address{opaque{ipType}, a.Unmap()}
		}),
		{"ieq", []decls.FunctionOpt{two("ieq", str, str, texts(foldedEqual))}},
		{"iin", []decls.FunctionOpt{two("iin", str, list, foldedIn)}},
		{"inCidr", []decls.FunctionOpt{two("in_cidr", ipType, str, func(a, n ref.Val) bool {
			_, network, err := net.ParseCIDR(string(n.(types.String)))
			return err == nil && network.Contains(a.(address).IP.AsSlice())
		})}},
		{"like", []decls.FunctionOpt{two("like_string", str, str, texts(func(s, glob string) bool { return globNodes(glob).match(s) })),
			two("like_pattern", str, patternType, func(s, p ref.Val) bool { return p.(pattern).in(string(s.(types.String)), "like", false) })}},
		{"ilike", []decls.FunctionOpt{two("ilike_string", str, str, texts(func(s, glob string) bool {
			mode, folded := ir.Folder(glob)
			return globNodes(folded).match(ir.FoldAs(mode, s))
		})), two("ilike_pattern", str, patternType, func(s, p ref.Val) bool { return p.(pattern).in(string(s.(types.String)), "like", true) })}},
	}
	for name, enc := range encodings {
		make := func(v ref.Val) ref.Val {
			if p, ok := v.(pattern); ok {
				return pattern{opaque{patternType}, name, p.text}
			}
			text := string(v.(types.String))
			if enc.Wide != ir.UTF8 {
				return pattern{opaque{patternType}, "", wide(name, text)}
			}
			return pattern{opaque{patternType}, name, text}
		}
		opts := []decls.FunctionOpt{decls.Overload(name+"_string", []*types.Type{str}, patternType, decls.UnaryBinding(make))}
		if enc.Base64 != ir.NoBase64 {
			opts = append(opts, decls.Overload(name+"_pattern", []*types.Type{patternType}, patternType, decls.UnaryBinding(make)))
		}
		out = append(out, declaration{name, opts})
	}
	for name, find := range finders {
		folded := texts(func(s, want string) bool {
			mode, w := ir.Folder(want)
			return find(ir.FoldAs(mode, s), w)
		})
		out = append(out,
			declaration{"i" + name, []decls.FunctionOpt{two("i"+name+"_string", str, str, folded),
				two("i"+name+"_pattern", str, patternType, func(s, p ref.Val) bool { return p.(pattern).in(string(s.(types.String)), name, true) })}},
			declaration{name, []decls.FunctionOpt{
				two(name+"_pattern", str, patternType, func(s, p ref.Val) bool { return p.(pattern).in(string(s.(types.String)), name, false) })}})
	}
	return out
}

var finders = map[string]func(s, want string) bool{"contains": strings.Contains, "startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix}

// foldedEqual holds a text against one that says how its letters fold.
func foldedEqual(s, want string) bool {
	mode, folded := ir.Folder(want)
	return ir.FoldAs(mode, s) == folded
}

func foldedIn(s, list ref.Val) bool {
	for it := list.(traits.Lister).Iterator(); it.HasNext() == types.True; {
		if foldedEqual(string(s.(types.String)), string(it.Next().(types.String))) {
			return true
		}
	}
	return false
}

// celValue is a value as cel-go knows it.
func celValue(v ir.Value) ref.Val {
	switch v.Type {
	case ir.Int:
		return types.Int(v.Int)
	case ir.Double:
		return types.Double(v.Float)
	case ir.Bool:
		return types.Bool(v.Bool)
	case ir.IP:
		return address{opaque{ipType}, v.IP.Unmap()}
	case ir.Timestamp:
		return types.Timestamp{Time: time.Unix(0, v.Int).UTC()}
	}
	return types.String(v.Str)
}
