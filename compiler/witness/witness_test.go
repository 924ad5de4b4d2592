package witness_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/source"
	"detc/compiler/witness"
)

func parse(t *testing.T, text string) ir.Expr {
	t.Helper()
	e, err := ir.Parse(source.NewFile("t", text), irtest.Resolver(irtest.Fields()))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e
}

// What an operator must have been shown with: a value, and the verdict on it.
func TestEveryOperatorHasItsWitnesses(t *testing.T) {
	for text, want := range map[string]string{
		`port <= 5`:                            `port=4 true, port=5 true, port=6 false, port absent false, port unreadable false`,
		`port = 5`:                             `port=4 false, port=5 true, port=6 false`,
		`id.orig_h in net 10.0.0.0/8`:          `id.orig_h=10.0.0.0 true, id.orig_h=10.255.255.255 true, id.orig_h=9.255.255.255 false, id.orig_h=11.0.0.0 false, id.orig_h=::a00:0 false`,
		`id.orig_h in net 2001:db8::/32`:       `id.orig_h=2001:db8:: true, id.orig_h=2001:db8:ffff:ffff:ffff:ffff:ffff:ffff true, id.orig_h=2001:db9:: false, id.orig_h=2001:db7:ffff:ffff:ffff:ffff:ffff:ffff false`,
		`id.orig_h in net ::ffff:10.0.0.0/104`: `id.orig_h=10.0.0.0 true, id.orig_h=11.0.0.0 false`,
		`user = "Stop"`:                        `user=Stop true, user=sTOP true, user=ſtop false, user=Sto false, user=Stopx false, user= false, user absent false`,
		`path = "Kk" cased`:                    `path=Kk true, path=kK false, path=kk false, path=K false`,
		`user = "É"`:                           `user=É true, user=é true`,
		`user = "a*b"`:                         `user=a*b true, user=aqb false, user=ab false, user=a\*b false`,
		`user contains "c:\\x"`:                `user=c:\x true, user=xc:\xx true, user=c:x false, user=:\x false`,
		`user startswith "ab"`:                 `user=ab true, user=abx true, user=xab false, user=a false`,
		`user endswith "ab"`:                   `user=ab true, user=xab true, user=abx false, user=b false`,
		`user like "a*b?c"`:                    `user=abqc true, user=axbéc true, user=abc false, user=axbqqc false, user=abqcx false`,
		`user ~ "^(abc|d[e-g]+)x?$"`:           `user=abc true, user=abcx true, user=ab false`,
		`user contains windash " -enc"`:        "user= -enc true, user= /enc true, user= –enc true, user= —enc true, user= ―enc true, user= −enc false",
		`user contains base64offset "hello"`:   `user=aGVsbG8= true, user=eWhlbGxv true, user=eXloZWxsbw== true`,
		`user contains base64 "hello"`:         `user=aGVsbG8= true, user=aGVsbG8 false`,
		`hour(time) = 3`:                       `time=2026-11-22T03:00:00Z true, time=2026-11-22T03:59:59Z true, time=2026-11-22T02:59:59Z false, time=2026-11-22T04:00:00Z false`,
		`month(time) = 2`:                      `time=2026-02-01T00:00:00Z true, time=2026-02-28T23:59:59Z true, time=2026-03-01T00:00:00Z false`,
		`admin = true`:                         `admin=true true, admin=false false, admin absent false`,
		`exists(port)`:                         `port absent false, port unreadable true`,
		`tags = "a"`:                           `tags=a true, tags=,a true, tags=ax false, tags absent false`,
		`user = host`:                          `user absent false, host absent false`,
		`keyword "stop"`:                       `message=stop true, message=sto false, message=STOP true`,
		`ratio > 0.5`:                          `ratio=0.5 false, ratio=0.5000000000000001 true, ratio=0.49999999999999994 false`,
	} {
		ws, unreached := witness.Generate(parse(t, text), witness.Options{})
		for _, u := range unreached {
			t.Errorf("%s: %s: %s", text, ir.Text(u.Atom), u.Reason)
		}
		shown := map[string]bool{}
		for _, w := range ws {
			for _, name := range []string{"port", "id.orig_h", "user", "host", "path", "time", "admin", "tags", "message", "ratio"} {
				shown[told(name, w.Values)+fmt.Sprintf(" %t", w.Want)] = true
			}
		}
		for _, one := range strings.Split(want, ", ") {
			if !shown[one] {
				t.Errorf("%s: nothing shows %q", text, one)
			}
		}
	}
}

func told(name string, values map[string][]ir.Value) string {
	v, ok := values[name]
	switch {
	case !ok:
		return name + " absent"
	case len(v) == 0:
		return name + " unreadable"
	}
	var texts []string
	for _, v := range v {
		texts = append(texts, v.Text())
	}
	return name + "=" + strings.Join(texts, ",")
}

// Each atom decides on some event, in conditions that take some finding.
func TestEveryAtomDecides(t *testing.T) {
	for _, text := range []string{
		`user contains "b" & user startswith "a" & !(user endswith "c") & user contains "dd"`,
		`user like "a*" & user ~ "[0-9]{3}$" & !(user contains " ")`,
		`port > 3 & port < 6 & !(port = 4) | dst.port = 4`,
		`(user = "a" | host = "b") & (port = 1 | admin = true) & !(exists(path) & !(path startswith "x" cased))`,
		`user = "a" & host = "b" | user = "a" & path = "c" cased | !exists(user) & port = 3`,
		`id.orig_h in net 10.0.0.0/8 & !(id.orig_h in net {10.1.0.0/16, 10.0.0.0/30}) & id.orig_h in context engineering_hosts/1`,
		`id.orig_h in context engineering_hosts/1 & !(id.resp_h in context engineering_hosts/1)`,
		`month(time) in {4, 5} & hour(time) = 3 & minute(time) in {0, 59} & day(time) = 29`,
		`week(time) = 9 & day(time) = 29`,
		`time > time(2026-01-01T00:00:00Z) & hour(time) = 3`,
		`keyword "x y" & !(keyword "zz") & user = host & user startswith "a"`,
		`tags = "a" & tags = "b" & !(tags = "c")`,
		`user = host & !(user = "root") & host startswith "r"`,
		`!(user = "a" | !(port = 1 & !(admin = true)))`,
		`user contains windash " -enc" & user contains base64offset "hello" & !(user contains "/")`,
		`ratio > 0.5 & ratio <= 0.75 & !(ratio = 0.75)`,
	} {
		e := parse(t, text)
		ws, unreached := witness.Generate(e, witness.Options{})
		for _, u := range unreached {
			t.Errorf("%s\n%s: %s", text, ir.Text(u.Atom), u.Reason)
		}
		ir.Atoms(e, func(a ir.Expr, _ bool) {
			for _, k := range []witness.Kind{witness.Decides, witness.NearMiss} {
				if !slices.ContainsFunc(ws, func(w witness.Witness) bool { return w.Kind == k && w.Atom != nil && ir.Equal(w.Atom, a) }) {
					t.Errorf("%s\n%s has no event of kind %s", text, ir.Text(a), k)
				}
			}
		})
	}
}

// What can't be reached is named, with the reason.
func TestUnreached(t *testing.T) {
	for text, want := range map[string][]string{
		`user = "a" & !(user = "a")`:                             {`no event found on which the condition is true`, `user = "a": the rest of the condition`},
		`port > 3 & port > 1`:                                    {`port > 1: the other clauses decide`},
		`exists(user) & user = "a"`:                              {`exists(user): the other clauses decide`},
		`month(time) = 13`:                                       {`no event found on which the condition is true`, `month(time) = 13: no value found that makes it true`},
		`user ~ "a^b" | host = "x"`:                              {`user ~ "a^b": no value found that makes it true`},
		`user = "x" & user = "y"`:                                {`no event found on which the condition is true`, `user = "x": the other clauses decide`, `user = "y": the other`},
		`id.orig_h in net {0.0.0.0/0, ::/0} & exists(id.orig_h)`: {`exists(id.orig_h): the other clauses decide`},
	} {
		_, unreached := witness.Generate(parse(t, text), witness.Options{})
		var got []string
		for _, u := range unreached {
			got = append(got, ir.Text(u.Atom)+": "+u.Reason)
		}
		for _, w := range want {
			if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, w) }) {
				t.Errorf("%s: nothing says %q in %q", text, w, got)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %q", text, got)
		}
	}
}

// A field with an enum has no other value.
func TestEnumsAreKept(t *testing.T) {
	enum := []string{"run", "stop", "hold"}
	for _, text := range []string{`user = "stop"`, `!(user in {"stop", "run"}) & exists(user)`, `user startswith "s"`, `user = host`, `keyword "stop" & user = "run"`} {
		ws, unreached := witness.Generate(parse(t, text), witness.Options{Fields: map[string][]string{"user": enum}})
		for _, w := range ws {
			for _, v := range w.Values["user"] {
				if !slices.Contains(enum, v.Str) {
					t.Errorf("%s: %s: user is %q", text, w.What, v.Str)
				}
			}
		}
		if len(unreached) > 0 {
			t.Errorf("%s: %v", text, unreached)
		}
	}
}

// Whatever the expression: verdicts are eval's, a bound is kept, the same input gives the same witnesses, and an atom
// is either shown to decide or named.
func TestWitnessesAreTrue(t *testing.T) {
	fields := irtest.Fields()
	gen := irtest.Expr(fields)
	rapid.Check(t, func(t *rapid.T) {
		e := gen.Draw(t, "expression")
		o := witness.Options{Max: rapid.IntRange(1, 500).Draw(t, "max")}
		ws, unreached := witness.Generate(e, o)
		if len(ws) > o.Max {
			t.Fatalf("%d witnesses, %d allowed", len(ws), o.Max)
		}
		shown := map[ir.Expr]int{}
		for _, w := range ws {
			if len(eval.Missing(e, w.Tables)) > 0 || eval.Match(e, w.Event(), w.Tables) != w.Want || w.What == "" {
				t.Fatalf("%s\n%+v", ir.Text(e), w)
			}
			if w.Kind == witness.NearMiss && w.Want || w.Kind == witness.Decides && !w.Want {
				t.Fatalf("%s\nof kind %s: %+v", ir.Text(e), w.Kind, w)
			}
			if w.Kind != witness.Variant {
				shown[w.Atom]++
			}
		}
		again, unreachedAgain := witness.Generate(e, o)
		if !reflect.DeepEqual(ws, again) || !reflect.DeepEqual(unreached, unreachedAgain) {
			t.Fatalf("%s: two runs differ", ir.Text(e))
		}
		if len(ws) == o.Max {
			return
		}
		named := map[[32]byte]bool{}
		for _, u := range unreached {
			named[ir.Digest(u.Atom)] = u.Reason != ""
		}
		for a := range shown {
			if a != nil {
				named[ir.Digest(a)] = true
			}
		}
		ir.Atoms(e, func(a ir.Expr, _ bool) {
			if !named[ir.Digest(a)] {
				t.Fatalf("%s\nsays nothing of %s", ir.Text(e), ir.Text(a))
			}
		})
	})
}

func BenchmarkGenerate(b *testing.B) {
	e, err := ir.Parse(source.NewFile("t", `user in {"a", "b"} & port >= 3 & id.orig_h in net 10.0.0.0/8 & !(host startswith "plc") & (path = "x" cased | tags = "y")`), irtest.Resolver(irtest.Fields()))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		witness.Generate(e, witness.Options{})
	}
}
