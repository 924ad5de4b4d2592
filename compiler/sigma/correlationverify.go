package sigma

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// DerivedID is the id of what is made of a stub under a name: the name's UUIDv5 in the namespace of the stub's id, the
// same from build to build. It is empty where the stub's id is no UUID.
func DerivedID(stub, name string) string {
	space, err := uuid.Parse(stub)
	if err != nil {
		return ""
	}
	return uuid.NewSHA1(space, []byte(name)).String()
}

// VerifyCorrelation reads an emitted correlation back and says where it differs from the one that it was made of. No
// difference is the proof that nothing was lost or added; a difference is a mistake of this package.
func VerifyCorrelation(c *ir.Correlation, text []byte) error {
	var l diag.List
	docs := ReadAll(source.NewFile(c.Name+".yml", string(text)), nil, &l)
	for _, d := range l {
		if d.Severity == diag.Error {
			return fmt.Errorf("the emitted correlation can't be read back: %s: %s", d.Span, d.Message)
		}
	}
	if len(docs) != 1 || docs[0].Correlation == nil {
		return errors.New("the emitted correlation, read back, is none")
	}
	return SameCorrelation(c, docs[0].Correlation)
}

// SameCorrelation says what two correlations differ in, whatever they say about themselves.
func SameCorrelation(want, got *ir.Correlation) error {
	for _, part := range []struct{ what, want, got string }{
		{"type", want.Kind.String(), got.Kind.String()},
		{"rules", ruleTexts(want), ruleTexts(got)},
		{"group-by", strings.Join(want.GroupBy, ", "), strings.Join(got.GroupBy, ", ")},
		{"aliases", aliasTexts(want), aliasTexts(got)},
		{"timespan", want.Within.String(), got.Within.String()},
		{"condition", boundTexts(want), boundTexts(got)},
		{"field", strings.Join(want.Fields, ", "), strings.Join(got.Fields, ", ")},
		{"percentile", decimal(want.Percentile), decimal(got.Percentile)},
		{"generate", fmt.Sprint(want.Generate), fmt.Sprint(got.Generate)},
	} {
		if part.want != part.got {
			return fmt.Errorf("the emitted correlation means something else: its %s should be %q and is %q", part.what, part.want, part.got)
		}
	}
	return nil
}

func ruleTexts(c *ir.Correlation) string {
	var out []string
	for _, r := range c.Rules {
		out = append(out, r.Name)
	}
	return strings.Join(out, ", ")
}

// aliasTexts are the aliases, whatever their order: what each stands for is a mapping.
func aliasTexts(c *ir.Correlation) string {
	var out []string
	for _, a := range c.Aliases {
		for _, f := range a.Fields {
			out = append(out, a.Name+": "+f.Rule+": "+f.Field)
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func boundTexts(c *ir.Correlation) string {
	var out []string
	for _, b := range c.Having {
		out = append(out, b.Op.String()+" "+decimal(b.Value))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
