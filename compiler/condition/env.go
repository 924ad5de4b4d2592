package condition

import (
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/decls"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/stdlib"
	"github.com/google/cel-go/common/types"

	"detc/compiler/ir"
)

// The types that CEL doesn't have. A pattern is a text together with how it stands in the log: windash("-enc").
var (
	ipType      = types.NewOpaqueType("ip")
	patternType = types.NewOpaqueType("pattern")
)

// sharedEnv is the one environment of all conditions. Names are resolved before cel-go's checker sees them, so nothing
// in it depends on a schema, and the price of building one is paid once.
var sharedEnv = sync.OnceValues(newEnv)

// newEnv declares what the language has and no more: cel-go's standard library is some 200 overloads, and each of them
// is built when an environment is.
func newEnv() (*cel.Env, error) {
	opts := []cel.EnvOption{
		cel.FunctionDecls(standard()...),
		cel.ParserRecursionLimit(2 * MaxDepth),
		cel.ParserExpressionSizeLimit(MaxText),
		cel.ParserErrorRecoveryLimit(4),
		cel.ExpressionNodeLimit(MaxLength),
	}
	for _, f := range ours() {
		d, err := decls.NewFunction(f.name, f.overloads...)
		if err != nil {
			return nil, err
		}
		opts = append(opts, cel.FunctionDecls(d))
	}
	return cel.NewCustomEnv(opts...)
}

// standard is the part of the standard library that is taken as it is, so that its meaning is cel-go's own.
func standard() []*decls.FunctionDecl {
	keep := map[string][]string{
		operators.LogicalAnd:           nil,
		operators.LogicalOr:            nil,
		operators.LogicalNot:           nil,
		operators.Conditional:          nil,
		operators.Equals:               nil,
		operators.NotEquals:            nil,
		operators.NotStrictlyFalse:     nil,
		operators.In:                   {overloads.InList},
		operators.Less:                 {overloads.LessInt64, overloads.LessDouble, overloads.LessTimestamp},
		operators.LessEquals:           {overloads.LessEqualsInt64, overloads.LessEqualsDouble, overloads.LessEqualsTimestamp},
		operators.Greater:              {overloads.GreaterInt64, overloads.GreaterDouble, overloads.GreaterTimestamp},
		operators.GreaterEquals:        {overloads.GreaterEqualsInt64, overloads.GreaterEqualsDouble, overloads.GreaterEqualsTimestamp},
		overloads.TypeConvertTimestamp: {overloads.StringToTimestamp},
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

type declaration struct {
	name      string
	overloads []decls.FunctionOpt
}

// ours are the functions of the language, and the typed calls that names resolve to. They have no bindings: a
// condition's meaning is that of the ir it lowers to.
func ours() []declaration {
	str, boolean, integer, ts := types.StringType, types.BoolType, types.IntType, types.TimestampType
	list := types.NewListType
	var out []declaration
	add := func(name string, o ...decls.FunctionOpt) { out = append(out, declaration{name, o}) }
	fn := func(name string, result *types.Type, args ...*types.Type) decls.FunctionOpt {
		return decls.Overload(name, args, result)
	}
	method := func(id string, result *types.Type, args ...*types.Type) decls.FunctionOpt {
		return decls.MemberOverload(id, args, result)
	}
	for _, t := range fieldTypes {
		add(t.one, fn(t.one, t.cel, str))
		add(t.many, fn(t.many, list(t.cel), str))
	}
	add(fnHas, fn(fnHas, boolean, str))
	add(fnLet, fn(fnLet, boolean, str))
	add("ip", fn("string_to_ip", ipType, str))
	add("keyword", fn("keyword", boolean, str), fn("keyword_list", boolean, list(str)))
	add("keywordLike", fn("keyword_like", boolean, str))
	for name, enc := range encodings {
		if enc.Base64 == ir.NoBase64 {
			add(name, fn(name, patternType, str))
		} else {
			add(name, fn(name, patternType, str), fn(name+"_pattern", patternType, patternType))
		}
	}
	for _, name := range []string{"contains", "startsWith", "endsWith"} {
		add(name, method(name+"_string", boolean, str, str), method(name+"_pattern", boolean, str, patternType))
		add(name+"Any", method(name+"_strings", boolean, str, list(str)), method(name+"_patterns", boolean, str, list(patternType)))
	}
	add("like", method("like_string", boolean, str, str), method("like_pattern", boolean, str, patternType))
	add("matches", method("matches", boolean, str, str))
	add("inCidr", method("in_cidr", boolean, ipType, str), method("in_cidrs", boolean, ipType, list(str)))
	for name := range timeParts {
		add(name, method(name, integer, ts))
	}
	return out
}
