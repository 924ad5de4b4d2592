package visibility

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"detc/compiler/diag"
)

func assets(t *testing.T, text string, o AssetOptions) (*Assets, diag.List) {
	t.Helper()
	var l diag.List
	o.Name, o.AsOf = "assets.csv", "2026-11-22"
	a, err := ReadAssets(strings.NewReader(text), o, &l)
	if err != nil {
		t.Fatal(err)
	}
	return a, l
}

// short are findings on one line each: code, place, message.
func short(l diag.List) string {
	var out []string
	for _, d := range l {
		out = append(out, fmt.Sprintf("%s %s %q %s", d.Code, d.Span, d.Span.Text(), d.Message))
	}
	return strings.Join(out, "\n")
}

func scopesOf(a *Assets) string {
	var out []string
	for _, s := range a.Scopes {
		out = append(out, fmt.Sprintf("%s %d", s.ID, s.Known))
		for _, c := range []Count{s.Enrolled, s.Reporting, s.Attributable} {
			if c.Ok {
				out[len(out)-1] += fmt.Sprintf("/%d", c.N)
			} else {
				out[len(out)-1] += "/?"
			}
		}
	}
	return strings.Join(out, ", ")
}

func TestAssetsOfAPlant(t *testing.T) {
	a, l := assets(t, "\xef\xbb\xbfAsset Tag;Asset Type;IP Address;Last Seen;Monitored\r\n"+
		"PLC-1;PLC;10.20.1.5;2026-11-21;yes\r\n"+
		"PLC-2;Safety PLC;10.20.1.6;21.11.2026;yes\r\n"+
		"HMI-1;\"Operator\nPanel\";10.20.2.5;2026-11-01T10:00:00Z;yes\r\n"+
		"RTU-1;RTUs;;never;no\r\n", AssetOptions{})
	if len(l) > 0 {
		t.Error(short(l))
	}
	if got, want := scopesOf(a), "controller 2/1/1/?, safety_controller 1/1/1/?, hmi 1/1/0/?"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if a.Rows != 4 || a.Columns["id"] != "Asset Tag" || a.Columns["last seen"] != "Last Seen" {
		t.Errorf("%+v", a)
	}
}

func TestAssetsOfAFleet(t *testing.T) {
	a, l := assets(t, `Device ID,Device name,Managed Device Owner Type,OS,Enrollment state,Last check-in,Primary user UPN,Weight
d1,Phone 1,Company,Android 15,Enrolled,2026-11-22,u1@example.org,1
d2,Phone 2,Company,iOS,Enrolled,2026-11-10,u2@example.org,1
d3,Phone 3,Personal,iOS 18.1,Enrolled,2026-11-20,,1
d4,Phone 4,Personal,Android,Not enrolled,,u4@example.org,1
`, AssetOptions{})
	if len(l) > 0 {
		t.Error(short(l))
	}
	want := "corporate_managed/android 1/1/1/1, corporate_managed/ios 1/1/0/0, personal_enrolled/ios 1/1/1/0, personal_unmanaged/android 1/0/0/0"
	if got := scopesOf(a); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if fmt.Sprint(a.Unread) != "[Weight]" {
		t.Error(a.Unread)
	}
}

// Each kind of problem is one finding, at the cell of its first row, with the number of the others.
func TestAssetProblems(t *testing.T) {
	a, l := assets(t, `name,type,last seen
PLC-1,plc,2026-11-21
plc-1,plc,2026-11-21
X-1,widget,2026-11-21
X-2,widget,2026-11-21
X-3,contoller,2026-11-21
PLC-2,plc,2027-01-01
PLC-3,plc,05/06/2026
,plc,2026-11-21
PLC-4,plc
PLC-5,p"lc,2026-11-21
PLC-6,plc,20.11.2026
`, AssetOptions{})
	const want = `DT8213 assets.csv:3:1 "plc-1" a device that stands further up
DT8214 assets.csv:4:5 "widget" no known class: "widget" (2 rows)
DT8214 assets.csv:6:5 "contoller" no known class: "contoller"
DT8215 assets.csv:7:11 "2027-01-01" a date in the future
DT8215 assets.csv:8:11 "05/06/2026" a date that can't be read, or read in two ways
DT8217 assets.csv:9:1 "" a row without a name
DT8217 assets.csv:10:1 "PLC-4" a row of 2 cells below a head of 3
DT8216 assets.csv:11:1 "PLC-5" a quote within a cell, or one that is not closed`
	if got := short(l); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := scopesOf(a); got != "controller 5/?/2/?" {
		t.Error(got)
	}
	if !strings.Contains(l[2].Help, `"controller"`) || !strings.Contains(l[0].Help, "line 2") {
		t.Errorf("%s; %s", l[2].Help, l[0].Help)
	}
}

func TestAssetsWithoutColumns(t *testing.T) {
	for head, want := range map[string]string{
		"":                      "the table has no head",
		"colour,taste\nred,bad": "no column says which asset a row is",
		"name,taste\na,bad":     "no column says what an asset is",
	} {
		if _, l := assets(t, head, AssetOptions{}); !strings.Contains(short(l), want) || !l.HasErrors() {
			t.Errorf("%q: %s", head, short(l))
		}
	}
	a, l := assets(t, "Kennung;Art\nA;Steuerung\n", AssetOptions{Columns: map[string]string{"id": "Kennung", "class": "Art"}, Senses: map[string]string{"Steuerung": "controller"}})
	if len(l) > 0 || scopesOf(a) != "controller 1/?/?/?" {
		t.Errorf("%s %s", short(l), scopesOf(a))
	}
}

func TestHostileAssets(t *testing.T) {
	for name, text := range map[string]string{
		"a quote that is never closed": "id,class\nA,\"plc\n" + strings.Repeat("B,plc\n", 300_000),
		"one endless line":             "id,class\nA,plc" + strings.Repeat("x", 3<<20),
		"bytes that are no text":       "id,class\n\xff\xfe\x00,plc\x00\n",
		"a head alone":                 "id,class",
		"quotes alone":                 `""",""",`,
	} {
		var l diag.List
		if _, err := ReadAssets(strings.NewReader(text), AssetOptions{Name: "a", AsOf: "2026-11-22"}, &l); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(l) == 0 && name != "a head alone" {
			t.Errorf("%s: no finding", name)
		}
		for _, d := range l {
			_ = d.Span.String()
		}
	}
	var l diag.List
	var b strings.Builder
	b.WriteString("id,class\n")
	for i := range 5000 {
		fmt.Fprintf(&b, "A%d,odd%d\n", i, i)
	}
	if _, err := ReadAssets(strings.NewReader(b.String()), AssetOptions{Name: "a", AsOf: "2026-11-22"}, &l); err != nil || len(l) > maxKinds+1 {
		t.Errorf("%d findings, %v", len(l), err)
	}
}

// register makes the bytes of a register with so many devices, a row at a time.
type register struct {
	rows, at int
	rest     []byte
}

func (r *register) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.at > r.rows {
			return 0, io.EOF
		}
		if r.at == 0 {
			r.rest = []byte("Asset ID,Asset Type,IP Address,Last Seen,Monitored,Owner,Site,Remark\n")
		} else {
			r.rest = fmt.Appendf(r.rest[:0], "AST-%07d,%s,10.%d.%d.%d,2026-11-%02d,yes,OT engineering,plant %d,\"cabinet %d, row %d\"\n", r.at,
				[]string{"PLC", "HMI", "RTU", "Engineering Workstation", "Switch", "widget"}[r.at%6], r.at>>16&255, r.at>>8&255, r.at&255, r.at%30+1, r.at%9, r.at%70, r.at%7)
		}
		r.at++
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// A register of half a million rows takes memory for a number a device, and not for its rows.
func TestLargeRegister(t *testing.T) {
	if testing.Short() {
		t.Skip("half a million rows")
	}
	var l diag.List
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var a *Assets
	a, err := ReadAssets(&register{rows: 500_000}, AssetOptions{Name: "a.csv", AsOf: "2026-11-22"}, &l)
	if err != nil || a.Rows != 500_000 {
		t.Fatal(a, err)
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 128<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	known := 0
	for _, s := range a.Scopes {
		known += s.Known
	}
	if known != 500_000-83333 || len(l) != 2 {
		t.Errorf("%d in scopes\n%s", known, short(l))
	}
}

func BenchmarkAssets(b *testing.B) {
	for _, n := range []int{100_000, 500_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var buf bytes.Buffer
			io.Copy(&buf, &register{rows: n})
			b.SetBytes(int64(buf.Len()))
			b.ReportAllocs()
			for b.Loop() {
				var l diag.List
				if _, err := ReadAssets(bytes.NewReader(buf.Bytes()), AssetOptions{Name: "a.csv", AsOf: "2026-11-22"}, &l); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
