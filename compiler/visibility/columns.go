package visibility

import (
	"fmt"
	"slices"
	"strings"

	"detc/compiler/diag"
)

// The columns that are asked for, each with the names it goes by, the best first, in folded words.
var columnWords = []synonym{
	{"id", "asset id|assetid|asset number|asset tag|device id|deviceid|intune device id|id|serial number|serialnumber|serial|udid|asset|device name|devicename|asset name|name|hostname|host name|host|ip address|ip"},
	{"class", "asset class|class|asset type|assettype|device type|devicetype|type|category|device category|asset category|role|function"},
	{"population", "population|management mode|management type|enrollment type|device enrollment type|ownership type"},
	{"ownership", "ownership|owner type|device ownership|managed device owner type|manageddeviceownertype"},
	{"platform", "platform|os|operating system|operatingsystem|os type|ostype"},
	{"enrolled", "enrolled|enrolment|enrollment|enrollment state|managed|management state|mdm|monitored|onboarded"},
	{"last seen", "last seen|lastseen|last contact|last check in|last checkin|last sync|lastsyncdatetime|last sync date time|last activity|last heard|last inventory|last communication"},
	{"attributable", "attributable|user principal name|userprincipalname|primary user upn|primary user|assigned user|assigned to|user|owner|responsible"},
}

// nameWords are columns that hold other names of the device, by which its records may call it.
var nameWords = "ip address|ip addresses|ip|ipv4|ipv4 address|address|addresses|management ip|hostname|host name|host|device name|device id|udid|azure ad device id|mac address"

type columns struct {
	id, class, population, ownership, platform, enrolled, lastSeen, attributable int

	names  []int // further names of the device
	read   map[string]string
	unread []string
}

// readHead finds the columns. It says false where there is nothing to read by.
func (t *table) readHead() bool {
	t.lines.next()
	cells, err := t.csv.Read()
	if err != nil {
		t.problems.add(diag.AssetColumns, place{1, 1}, "the table has no head", "")
		return false
	}
	for _, c := range cells {
		t.head = append(t.head, strings.TrimSpace(c))
	}
	of := t.find()
	t.columns = columns{id: of["id"], class: of["class"], population: of["population"], ownership: of["ownership"], platform: of["platform"],
		enrolled: of["enrolled"], lastSeen: of["last seen"], attributable: of["attributable"], read: map[string]string{}}
	used := map[int]bool{}
	for what, i := range of {
		if i >= 0 {
			t.columns.read[what], used[i] = t.head[i], true
		}
	}
	names := strings.Split(nameWords, "|")
	for i, h := range t.head {
		if i != of["id"] && slices.Contains(names, fold(h)) {
			t.columns.names = append(t.columns.names, i)
		} else if !used[i] {
			t.columns.unread = append(t.columns.unread, h)
		}
	}
	switch {
	case of["id"] < 0:
		t.problems.add(diag.AssetColumns, t.at(0), "no column says which asset a row is", "name it: --column 'id=HEAD'")
	case of["class"] < 0 && of["population"] < 0 && (of["ownership"] < 0 || of["platform"] < 0):
		t.problems.add(diag.AssetColumns, t.at(0), "no column says what an asset is: a class, or a population (or ownership) and a platform", "name it: --column 'class=HEAD'")
	default:
		return true
	}
	return false
}

// find gives each of the columns its place, -1 for those that are not there.
func (t *table) find() map[string]int {
	of := map[string]int{}
	for _, c := range columnWords {
		of[c.sense] = -1
		if h, ok := t.Columns[c.sense]; ok {
			of[c.sense] = slices.IndexFunc(t.head, func(x string) bool { return fold(x) == fold(h) })
			if of[c.sense] < 0 {
				t.problems.add(diag.AssetColumns, t.at(0), fmt.Sprintf("no column is called %q", h), "")
			}
			continue
		}
		for w := range strings.SplitSeq(c.words, "|") {
			if i := slices.IndexFunc(t.head, func(h string) bool { return fold(h) == w }); i >= 0 && !t.taken(of, i) {
				of[c.sense] = i
				break
			}
		}
		if i := of[c.sense]; i >= 0 {
			for k := i + 1; k < len(t.head); k++ {
				if fold(t.head[k]) == fold(t.head[i]) {
					t.problems.add(diag.AssetColumns, t.at(k), fmt.Sprintf("two columns are called %q; the first is read", t.head[k]), "")
				}
			}
		}
	}
	return of
}

func (t *table) taken(of map[string]int, i int) bool {
	for _, k := range of {
		if k == i {
			return true
		}
	}
	return false
}

// scope is where a device belongs, "" where that isn't known. A device with a class belongs to the plant; where the class
// is none of a plant's, ownership and platform are asked.
func (t *table) scope(cell func(int) string) string {
	class, platform := cell(t.columns.class), cell(t.columns.platform)
	if class != "" {
		if s := t.classes.folded(t.fold(class)); s != "" {
			return s
		}
	}
	population, known := t.population(cell)
	if population == "" && !known && class != "" {
		t.problems.value(diag.AssetClass, t.at(t.columns.class), "class", class, classes)
		return ""
	}
	if population == "" {
		at := max(t.columns.population, t.columns.ownership, t.columns.class, 0)
		t.problems.value(diag.AssetClass, t.at(min(at, t.cells()-1)), "population", cell(at), populations)
		return ""
	}
	os := t.platforms.folded(t.fold(platform))
	if os == "" {
		t.problems.value(diag.AssetClass, t.at(min(max(t.columns.platform, 0), t.cells()-1)), "platform", platform, platforms)
		return ""
	}
	return population + "/" + os
}

// cells is how many cells the row that is being read has.
func (t *table) cells() int { return t.wide }

// population reads the column that says it; else ownership with enrolment says it. It says whether the table has
// anything to read it by in this row.
func (t *table) population(cell func(int) string) (string, bool) {
	if p := cell(t.columns.population); p != "" {
		if s := t.populations.folded(t.fold(p)); s != "" {
			return s, true
		}
	}
	owned := t.fold(cell(t.columns.ownership))
	if owned == "" {
		return "", cell(t.columns.population) != ""
	}
	enrolled := yes(t.fold(cell(t.columns.enrolled)))
	switch owned {
	case "corporate", "company", "company owned", "corporate owned":
		if enrolled != No {
			return "corporate_managed", true
		}
		return "minimally_logged", true
	case "personal", "private", "user", "employee", "byod", "personally owned":
		if enrolled == Yes {
			return "personal_enrolled", true
		}
		return "personal_unmanaged", true
	}
	return t.populations.folded(owned), true
}

// yes reads a folded cell that says whether something is so.
func yes(folded string) Answer {
	switch folded {
	case "yes", "y", "true", "1", "enrolled", "managed", "compliant", "active", "monitored", "onboarded", "x":
		return Yes
	case "no", "n", "false", "0", "unenrolled", "not enrolled", "unmanaged", "retired", "wiped", "not managed", "inactive", "not monitored", "pending", "none":
		return No
	}
	return Unknown
}
