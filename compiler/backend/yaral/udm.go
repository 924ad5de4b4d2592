package yaral

import (
	"regexp"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// What follows is known of the Unified Data Model whatever the store says (cloud.google.com/chronicle/docs/reference/
// udm-field-list and .../udm-usage): which paths are repeated, which are enums and what the first name of each is, which
// are texts though logs have numbers there, which are moments. Looked up: the repeated ip of a noun, and the first names of
// event_type, direction, ip_protocol and application_protocol. The rest is written down without the page at hand: unverified.

// path is a field of UDM: names with dots between, the last of which may ask a map for a key.
var path = regexp.MustCompile(`^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*(\["[A-Za-z0-9_.:/ -]+"\])?$`)

// repeatedParts are the messages of UDM of which an event has several; repeatedNames the values, by the end of the path.
var (
	repeatedParts = map[string]bool{"security_result": true, "about": true, "intermediary": true, "answers": true, "questions": true}
	repeatedNames = []string{
		".ip", ".mac", ".nat_ip", ".email_addresses", ".phone_numbers", ".group_identifiers", ".file.names", ".file.tags",
		"network.email.to", "network.email.cc", "network.email.bcc", "network.email.subject", "extensions.auth.mechanism",
	}
)

// repeated says that a path has several values. A map gives one text for a key, and takes neither any nor all.
func repeated(name string) bool {
	if strings.HasSuffix(name, "]") {
		return false
	}
	for _, part := range strings.Split(name, ".") {
		if repeatedParts[part] {
			return true
		}
	}
	for _, end := range repeatedNames {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// enums are the enums by the end of the path, with the name that stands for an unset one.
var enums = []struct{ path, zero string }{
	{"metadata.event_type", "EVENTTYPE_UNSPECIFIED"},
	{"network.direction", "UNKNOWN_DIRECTION"},
	{"network.ip_protocol", "UNKNOWN_IP_PROTOCOL"},
	{"network.application_protocol", "UNKNOWN_APPLICATION_PROTOCOL"},
	{"security_result.action", "UNKNOWN_ACTION"},
	{"security_result.category", "UNKNOWN_CATEGORY"},
	{"security_result.severity", "UNKNOWN_SEVERITY"},
	{"extensions.auth.type", "AUTHTYPE_UNSPECIFIED"},
	{"extensions.auth.mechanism", "MECHANISM_UNSPECIFIED"},
	{".platform", "UNKNOWN_PLATFORM"},
}

// enum is the name that stands for an unset value of a path; empty where the path is no enum.
func enum(name string) string {
	for _, e := range enums {
		if name == e.path || strings.HasPrefix(e.path, ".") && strings.HasSuffix(name, e.path) {
			return e.zero
		}
	}
	return ""
}

// textual are paths of text, by their last name, in which logs have numbers.
var textual = map[string]bool{"pid": true, "product_event_type": true, "product_log_id": true, "session_id": true, "userid": true, "asset_id": true}

// column is where a field stands, with what UDM knows of it.
func (e *emitter) column(f ir.Field) backend.Column {
	c, ok := e.rule.Fields[f.Name]
	if !ok {
		c = backend.Column{Name: f.Name, Type: f.Type, List: f.List, Cased: f.Cased, Unit: f.Unit, Nullable: true}
	}
	return known(c)
}

func known(c backend.Column) backend.Column {
	if len(c.Path) > 0 {
		c.Name += "." + strings.Join(c.Path, ".")
		c.Stored = stored(c.Type)
	}
	last := c.Name[strings.LastIndexByte(c.Name, '.')+1:]
	switch {
	case textual[last] || strings.HasSuffix(last, "]"):
		c.Stored = backend.Text
	case c.Type == ir.Timestamp && (strings.HasSuffix(last, "_timestamp") || strings.HasSuffix(last, "_time")):
		c.Stored, c.Unit = backend.Time, time.Second
	}
	c.List = (c.List || repeated(c.Name)) && !strings.HasSuffix(last, "]")
	if c.Name == eventTime {
		c.Nullable = false
	}
	return c
}

// stored is how UDM keeps what a log has of a type.
func stored(t ir.Type) backend.Storage {
	switch t {
	case ir.Int, ir.Double:
		return backend.Number
	case ir.Bool:
		return backend.Bool
	case ir.Timestamp:
		return backend.Time
	}
	return backend.Text
}

// eventTime is the moment that no event of UDM lacks.
const eventTime = "metadata.event_timestamp"
