package revision

import (
	"strings"
	"testing"
)

func TestParseRange(t *testing.T) {
	for in, want := range map[string]Range{
		"main..HEAD":           {Base: "main", Head: "HEAD"},
		"main...topic/x":       {Base: "main", Head: "topic/x", MergeBase: true},
		"v1.0..":               {Base: "v1.0", Head: "HEAD"},
		"..topic":              {Base: "HEAD", Head: "topic"},
		"...topic":             {Base: "HEAD", Head: "topic", MergeBase: true},
		"HEAD~3":               {Base: "HEAD~3", Worktree: true},
		"HEAD^..HEAD@{u}":      {Base: "HEAD^", Head: "HEAD@{u}"},
		"0123abc..0123abd":     {Base: "0123abc", Head: "0123abd"},
		"release-2026..ümlaut": {Base: "release-2026", Head: "ümlaut"},
	} {
		if got, err := ParseRange(in); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", in, got, err, want)
		}
	}
	for in, why := range map[string]string{
		"":                        "has a name",
		"..":                      "names no revision",
		"...":                     "names no revision",
		"-x":                      "begin with a dash",
		"--upload-pack=touch x":   "begin with a dash",
		"main..--output=/etc/x":   "begin with a dash",
		"--output=x..HEAD":        "begin with a dash",
		"a..b..c":                 "no name of a branch",
		"a....b":                  "no name of a branch",
		"a b":                     "no name of a branch",
		"a\x00b..HEAD":            "no name of a branch",
		"a\nb":                    "no name of a branch",
		"HEAD:rules..HEAD":        "no name of a branch",
		"a*..b":                   "no name of a branch",
		strings.Repeat("x", 1000): "longer than",
	} {
		if r, err := ParseRange(in); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%.40q: %+v, %v", in, r, err)
		}
	}
}
