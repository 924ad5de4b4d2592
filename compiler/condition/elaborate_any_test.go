package condition

import "detc/compiler/ir"

// As what else than text a field of any type is read: values of another type to write beside it.
var readings = map[string]Field{
	"number": {Field: ir.Field{Type: ir.Double}}, "ip": {Field: ir.Field{Type: ir.IP}}, "time": {Field: ir.Field{Type: ir.Timestamp}},
}

func isAny(f Field) bool { return f.Any }

// ip is an address that no text is taken for.
func (w *writer) ip() string {
	return `ip("` + pick(w, []string{"10.0.0.1", "::ffff:10.0.0.2", "::1"}) + `")`
}

// anyForms are those that a field of any type has beside a string's.
var anyForms = []form{
	{"any == ip", isAny, func(w *writer, _ Field, v string) string { return v + " == " + w.ip() }},
	{"any in ips", isAny, func(w *writer, _ Field, v string) string { return v + " in " + w.list(w.ip) }},
	{"any == time", isAny, func(w *writer, _ Field, v string) string { return w.value(readings["time"]) + " == " + v }},
	{"any in times", isAny, func(w *writer, _ Field, v string) string {
		return v + " in " + w.list(func() string { return w.value(readings["time"]) })
	}},
	{"any <", isAny, func(w *writer, _ Field, v string) string { return v + " < " + w.value(readings["number"]) }},
	{"any >= turned", isAny, func(w *writer, _ Field, v string) string { return w.value(readings["number"]) + " <= " + v }},
	{"any > time", isAny, func(w *writer, _ Field, v string) string { return v + " > " + w.value(readings["time"]) }},
	{"any inCidr", isAny, func(w *writer, _ Field, v string) string { return v + `.inCidr("` + pick(w, networks) + `")` }},
	{"any in context ip", isAny, func(_ *writer, _ Field, v string) string { return v + " in context.hosts" }},
	{"any getHours", isAny, func(w *writer, _ Field, v string) string {
		return v + ".getHours() in [" + pick(w, []string{"0", "12", "23"}) + ", 1]"
	}},
}
