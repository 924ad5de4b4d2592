package bind_test

import (
	"strings"
	"testing"
	"time"

	"detc/compiler/bind"
	"detc/compiler/ir"
	"detc/compiler/telemetry"
)

// The records here are written after Micro Focus, "Implementing ArcSight Common Event Format", revision 25.
func TestCEF(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"a plain record", `CEF:0|Vendor|Product|1.0|100|PLC stopped|7|src=10.0.0.1 dst=10.0.0.2 act=stop`,
			`{"DeviceEventClassID":"100","DeviceProduct":"Product","DeviceVendor":"Vendor","DeviceVersion":"1.0","Name":"PLC stopped","Severity":"7","Version":"0","act":"stop","dst":"10.0.0.2","src":"10.0.0.1"}`},
		{"a syslog head is skipped", `<134>Nov 22 03:00:00 gw CEF: CEF:0|V|P|1|2|N|3|a=b`, head(`"a":"b"`)},
		{"spaces in a value", `CEF:0|V|P|1|2|N|3|msg=User logged  on from  home user=Op One`, head(`"msg":"User logged  on from  home","user":"Op One"`)},
		{"escapes in the head", `CEF:0|V\|x|P\\|1|2|N|3|a=b`, strings.Replace(strings.Replace(head(`"a":"b"`), `"V"`, `"V|x"`, 1), `"P"`, `"P\\"`, 1)},
		{"an equals sign is no escape in the head", `CEF:0|V|P|1|2|a\=b|3|`, strings.Replace(strings.Replace(head(``), `"N"`, `"a\\=b"`, 1), ",}", "}", 1)},
		{"escapes in a value", `CEF:0|V|P|1|2|N|3|path=C:\\Temp\\x eq=a\=b nl=one\ntwo\rthree p=a\|b`, head(`"eq":"a=b","nl":"one\ntwo\rthree","p":"a|b","path":"C:\\Temp\\x"`)},
		{"a pipe in a value needs none", `CEF:0|V|P|1|2|N|3|msg=a|b`, head(`"msg":"a|b"`)},
		{"an escaped equals sign makes no key", `CEF:0|V|P|1|2|N|3|msg=set x\=1 and y\=2 act=ok`, head(`"act":"ok","msg":"set x=1 and y=2"`)},
		{"one that nobody escaped, in a word", `CEF:0|V|P|1|2|N|3|request=http://h/x?a=1&b=2&c=d act=ok`, head(`"act":"ok","request":"http://h/x?a=1&b=2&c=d"`)},
		{"one that nobody escaped, behind an address", `CEF:0|V|P|1|2|N|3|msg=see http://h/x?a=1 act=ok`, head(`"act":"ok","msg":"see http://h/x?a=1"`)},
		{"one that stands alone", `CEF:0|V|P|1|2|N|3|msg=1 = 1 == x act=ok`, head(`"act":"ok","msg":"1 = 1 == x"`)},
		{"an empty value", `CEF:0|V|P|1|2|N|3|suser= act=ok duser=`, head(`"act":"ok","duser":"","suser":""`)},
		{"a lone backslash is itself", `CEF:0|V|P|1|2|N|3|path=C:\Temp\ act=ok end=\`, head(`"act":"ok","end":"\\","path":"C:\\Temp\\"`)},
		{"vendors' own keys", `CEF:0|V|P|1|2|N|3|cs1Label=Zone cs1=OT ad.field[0]=x _raw=y`, head(`"_raw":"y","ad.field[0]":"x","cs1":"OT","cs1Label":"Zone"`)},
		{"no pairs, and no pipe at the end", "CEF:1|V|P|1|2|N|3\r\n", strings.Replace(strings.Replace(head(``), ",}", "}", 1), `"Version":"0"`, `"Version":"1"`, 1)},
		{"no pair stands in for the head", `CEF:0|V|P|1|2|N|3|DeviceVendor=other Name=x a=b`, head(`"a":"b"`)},
		{"the last of two", `CEF:0|V|P|1|2|N|3|a=b a=c`, head(`"a":"c"`)},
	} {
		r, err := bind.ParseRecord(telemetry.CEF, []byte(c.line))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := jsonOf(t, r); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
	for line, want := range map[string]string{
		``:                        `no "CEF:" with a version in the record`,
		`{"a": 1}`:                `no "CEF:" with a version in the record`,
		`CEF:`:                    `no "CEF:" with a version in the record`,
		`CEF:0|V|P|1`:             `the CEF head ends after 3 of its 7 fields`,
		`CEF:0|V\|P\|1\|2\|N\|3|`: `the CEF head ends after 2 of its 7 fields`,
	} {
		if _, err := bind.ParseRecord(telemetry.CEF, []byte(line)); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
}

// head is the JSON of the usual head and the pairs.
func head(pairs string) string {
	return `{"DeviceEventClassID":"2","DeviceProduct":"P","DeviceVendor":"V","DeviceVersion":"1","Name":"N","Severity":"3","Version":"0",` + pairs + `}`
}

// CEF has texts only; they are read as their fields' types.
func TestCEFValuesAreTexts(t *testing.T) {
	r, err := bind.ParseRecord(telemetry.CEF, []byte(`CEF:0|V|P|1|2|N|3|spt=502 src=10.0.0.1 rt=1795316400000`))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []ir.Field{{Name: "spt", Type: ir.Int}, {Name: "src", Type: ir.IP}, {Name: "rt", Type: ir.Timestamp, Unit: time.Millisecond}, {Name: "Severity", Type: ir.Int}} {
		if values, present := r.Get(f); !present || len(values) != 1 {
			t.Errorf("%s: %v, %t", f.Name, values, present)
		}
	}
}

// Records of any form take time in proportion to their length: a quarter of a minute is far above what they take, and
// far below what a square of it would.
func TestCEFIsLinear(t *testing.T) {
	const n = 50_000
	for name, pairs := range map[string]string{
		"pairs":         strings.Repeat("key=value ", n),
		"equals signs":  "k=" + strings.Repeat("=", 40*n),
		"words":         "k=" + strings.Repeat("a=", 20*n),
		"no equals":     "k=" + strings.Repeat("a ", 20*n),
		"backslashes":   "k=" + strings.Repeat(`\`, 40*n),
		"heads":         strings.Repeat("CEF:", 10*n),
		"distinct keys": distinctKeys(n),
	} {
		start := time.Now()
		if _, err := bind.ParseRecord(telemetry.CEF, []byte("CEF:0|V|P|1|2|N|3|"+pairs)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := time.Since(start); d > 15*time.Second {
			t.Errorf("%s: %v", name, d)
		}
	}
}

func distinctKeys(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("k" + string(rune('a'+i%26)) + strings.Repeat("x", i%7) + "=v ")
	}
	return b.String()
}
