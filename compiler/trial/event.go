package trial

import (
	"detc/compiler/bind"
	"detc/compiler/ir"
	"detc/compiler/ndjson"
	"detc/compiler/telemetry"
)

// An event is a scanned record as a bound rule sees it. It means what bind.Record means; a property test holds that.
type event struct {
	names  *ndjson.Names
	scan   *ndjson.Scanner
	format telemetry.Format
	line   []byte
	raw    []ndjson.Value
}

// Get reads a raw name as the field's type.
func (e *event) Get(f ir.Field) (values []ir.Value, present bool) {
	slot, ok := e.names.Slot(f.Name)
	if !ok {
		return nil, false
	}
	e.raw = e.scan.Values(slot, e.raw[:0])
	for _, v := range e.raw {
		if value, ok := read(f, v); ok {
			values = append(values, value)
		}
	}
	return values, len(e.raw) > 0
}

// Texts is asked for by keywords, which look everywhere: it takes the long way.
func (e *event) Texts(f func(string) bool) bool {
	r, err := bind.ParseRecord(e.format, e.line)
	return err == nil && r.Texts(f)
}

// read reads a value as the field's type: anything is text but an object; true and false are no numbers; a number is
// no boolean and no address.
func read(f ir.Field, v ndjson.Value) (ir.Value, bool) {
	switch v.Kind {
	case ndjson.Object:
		return ir.Value{}, false
	case ndjson.True, ndjson.False:
		if f.Type != ir.String && f.Type != ir.Bool {
			return ir.Value{}, false
		}
	case ndjson.Number:
		if f.Type == ir.Bool || f.Type == ir.IP {
			return ir.Value{}, false
		}
	}
	return ir.ParseValue(f, v.Text(), true)
}

// nothing is an event without fields.
type nothing struct{}

func (nothing) Get(ir.Field) ([]ir.Value, bool) { return nil, false }
func (nothing) Texts(func(string) bool) bool    { return false }
