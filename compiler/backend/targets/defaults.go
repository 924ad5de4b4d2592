package targets

// A Default is what a target has unless a site says otherwise.
type Default struct {
	Stores    []string // ids of stores in the order in which they are asked for a place
	Model     string   // a model, where the SIEM knows no names of a log but its own; empty for none
	Extension string   // of a file that holds a query
	Variant   bool     // of another target, for a site that set its index up so: --target all leaves it out
}

var elastic = []string{"elastic-windows", "elastic-zeek", "elastic-google-workspace", "elastic-json"}

var defaults = map[string]Default{
	"clickhouse":           {Stores: []string{"clickhouse-json"}, Extension: "sql"},
	"defender":             {Stores: []string{"defender-tables"}, Extension: "kql"},
	"duckdb":               {Stores: []string{"duckdb-json"}, Extension: "sql"},
	"eql":                  {Stores: elastic, Extension: "eql"},
	"esql":                 {Stores: elastic, Extension: "esql"},
	"logql":                {Stores: []string{"loki-json"}, Extension: "logql"},
	"lucene":               {Stores: elastic, Extension: "lucene"},
	"lucene-lowercase":     {Stores: elastic, Extension: "lucene", Variant: true},
	"opensearch":           {Stores: []string{"opensearch-json"}, Extension: "lucene"},
	"opensearch-lowercase": {Stores: []string{"opensearch-json"}, Extension: "lucene", Variant: true},
	"postgresql":           {Stores: []string{"postgresql-json"}, Extension: "sql"},
	"yaral":                {Model: "udm", Extension: "yaral"},
	"sentinel":             {Stores: []string{"sentinel-windows", "sentinel-tables", "sentinel-corelight", "sentinel-defender", "sentinel-json"}, Extension: "kql"},
	"splunk":               {Stores: []string{"splunk-windows", "splunk-zeek", "splunk-json"}, Extension: "spl"},
	"sqlite":               {Stores: []string{"sqlite-json"}, Extension: "sql"},
	"logsql":               {Stores: []string{"victorialogs-json"}, Extension: "logsql"},
}

// Of is what a target has by default.
func Of(name string) Default { return defaults[name] }
