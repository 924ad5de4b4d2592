package condition

import (
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

// log is a scope as Sigma's log sources have it: names of any case, most of them of any type.
func log() *Scope {
	any1 := func(name string) Field { return Field{Field: ir.Field{Name: name}, Any: true} }
	list := any1("Rights")
	list.List = true
	return NewScope("telemetry windows.security", []Field{any1("EventID"), any1("IpAddress"), any1("Status"), any1("userIdentity.type"), list,
		{Field: ir.Field{Name: "Image"}}, {Field: ir.Field{Name: "Hash", Cased: true}}, {Field: ir.Field{Name: "Port", Type: ir.Int}},
		{Field: ir.Field{Name: "Seen", Type: ir.Timestamp}}, {Field: ir.Field{Name: "Signed", Type: ir.Bool}}},
		[]Table{{Name: "hosts", Type: ir.IP, Version: 1}, {Name: "names", Type: ir.String, Version: 1}})
}

// What a comparison with a field of any type means: the type in the IR is what the comparison reads.
func TestAnyLowers(t *testing.T) {
	for _, c := range []struct{ cond, want, reads string }{
		{`EventID == 4624`, `EventID = 4624`, "string"},
		{`4624 == EventID`, `EventID = 4624`, "string"},
		{`EventID == "4624"`, `EventID = "4624"`, "string"},
		{`EventID != 4624`, `!(EventID = 4624)`, "string"},
		{`Status in ["a", 4, true]`, `Status in {"a", 4, true}`, "string"},
		{`Status == true`, `Status = true`, "string"},
		{`EventID < 5`, `EventID < 5.0`, "double"},
		{`5 <= EventID`, `EventID >= 5.0`, "double"},
		{`EventID > 2.5`, `EventID > 2.5`, "double"},
		{`Status < timestamp("2026-01-01T00:00:00Z")`, `Status < time(2026-01-01T00:00:00Z)`, "timestamp"},
		{`Status == timestamp("2026-01-01T00:00:00Z")`, `Status = time(2026-01-01T00:00:00Z)`, "timestamp"},
		{`Status.getHours() == 3`, `hour(Status) = 3`, "timestamp"},
		{`IpAddress.inCidr("10.0.0.0/8")`, `IpAddress in net 10.0.0.0/8`, "ip"},
		{`IpAddress == "10.0.0.1"`, `IpAddress = "10.0.0.1"`, "string"},
		{`IpAddress == ip("10.0.0.1")`, `IpAddress = ip(10.0.0.1)`, "ip"},
		{`IpAddress in context.hosts`, `IpAddress in context hosts/1`, "ip"},
		{`IpAddress in context.names`, `IpAddress in context names/1`, "string"},
		{`userIdentity.type.contains("x")`, `userIdentity.type contains "x"`, "string"},
		{`Status.matches("^a")`, `Status ~ "^a"`, "string"},
		{`Status.like("a*b")`, `Status like "a*b"`, "string"},
		{`has(Status)`, `exists(Status)`, "string"},
		{`Status == EventID`, `Status = EventID`, "string string"},
		{`Status == Image`, `Status = Image`, "string string"},
		{`Port == Status`, `Port = Status`, "int int"},
		{`Status == Seen`, `Status = Seen`, "timestamp timestamp"},
		{`"a" in Rights`, `Rights = "a"`, "string"},
		{`4 in Rights`, `Rights = 4`, "string"},
		{`Rights.exists(x, x > 4)`, `Rights > 4.0`, "double"},
		{`Rights.exists(x, x.inCidr("10.0.0.0/8"))`, `Rights in net 10.0.0.0/8`, "ip"},
	} {
		var l diag.List
		e, ok := log().Compile(literal(c.cond), nil, &l)
		if !ok {
			t.Errorf("%s: %s", c.cond, l[0].Message)
			continue
		}
		var reads []string
		ir.Atoms(e, func(a ir.Expr, _ bool) {
			for _, f := range ir.Fields(a) {
				reads = append(reads, f.Type.String())
			}
		})
		if got := ir.Text(e); !strings.HasPrefix(got, c.want) || strings.Join(reads, " ") != c.reads {
			t.Errorf("%s\n got %s, which reads %v\nwant %s, which reads %s", c.cond, got, reads, c.want, c.reads)
		}
	}
}

// What can't be asked of a field of any type, and of a field of strings beside it.
func TestAnyRefused(t *testing.T) {
	for _, c := range []struct{ cond, want string }{
		{`Status < "a"`, "`Status` is a value of any type and `\"a\"` is a string"},
		{`Status`, "the condition needs something that is true or false, and `Status` is a value of any type"},
		{`!Status || Port == 1`, "the condition needs something that is true or false, and `Status` is a value of any type"},
		{`Status in [ip("10.0.0.1"), "a"]`, "`Status` is an ip and `\"a\"` is a string"},
		{`Status in ["a", ip("10.0.0.1")]`, "`Status` is a string and `ip(\"10.0.0.1\")` is an ip"},
		{`Status == Hash`, "`Hash` minds case and `Status` doesn't"},
		{`Rights == "a"`, "`Rights` is a list of values of any type, and `==` compares one value"},
		{`Status == null`, "null is not in the language: a field that is null is missing"},
		{`Image == 4`, "`Image` is a string and `4` is an int"},
		{`Image in ["a", 4]`, "`Image` is a string and `4` is an int"},
		{`Port == "4"`, "`Port` is an int and `\"4\"` is a string"},
	} {
		var l diag.List
		if e, ok := log().Compile(literal(c.cond), nil, &l); ok {
			t.Errorf("%s became %s", c.cond, ir.Text(e))
			continue
		}
		if l[0].Message != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.cond, l[0].Message, c.want)
		}
	}
}
