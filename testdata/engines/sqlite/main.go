// Command sqlite runs SQL for the tests of the backends: a line of JSON in, {"sql": …, "arg": …}, a line out, {"ids": […]}
// with the first column of what it selects, or {"error": …}. With "all" it is {"rows": […]}, each a list of texts.
package main

import (
	"bufio"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"os"
	"regexp"

	engine "modernc.org/sqlite"
)

type request struct {
	SQL string  `json:"sql"`
	Arg *string `json:"arg"`
	All bool    `json:"all"`
}

type answer struct {
	IDs   []int64    `json:"ids"`
	Rows  [][]string `json:"rows,omitempty"`
	Error string     `json:"error,omitempty"`
}

func main() {
	compiled := map[string]*regexp.Regexp{}
	engine.MustRegisterDeterministicScalarFunction("regexp", 2, func(_ *engine.FunctionContext, args []driver.Value) (driver.Value, error) {
		text, ok := args[1].(string)
		if !ok {
			return nil, nil
		}
		pattern := args[0].(string)
		if compiled[pattern] == nil {
			re, err := regexp.Compile(pattern)
			if err != nil {
				return nil, err
			}
			compiled[pattern] = re
		}
		return compiled[pattern].MatchString(text), nil
	})
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		panic(err)
	}
	db.SetMaxOpenConns(1)
	serve(db)
}

func serve(db *sql.DB) {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	dec, enc := json.NewDecoder(in), json.NewEncoder(os.Stdout)
	for {
		var r request
		if dec.Decode(&r) != nil {
			return
		}
		a := run(db, r)
		if enc.Encode(a) != nil {
			return
		}
	}
}

func run(db *sql.DB, r request) (a answer) {
	var args []any
	if r.Arg != nil {
		args = append(args, *r.Arg)
	}
	rows, err := db.Query(r.SQL, args...)
	if err != nil {
		return answer{Error: err.Error()}
	}
	defer rows.Close()
	names, _ := rows.Columns()
	a.IDs = []int64{}
	for rows.Next() {
		cells := make([]any, len(names))
		for i := range cells {
			cells[i] = new(any)
		}
		var id int64
		texts := make([]string, len(names))
		cells[0] = &id
		for i := range texts {
			if r.All {
				cells[i] = &texts[i]
			}
		}
		if err := rows.Scan(cells...); err != nil {
			return answer{Error: err.Error()}
		}
		if r.All {
			a.Rows = append(a.Rows, texts)
			continue
		}
		a.IDs = append(a.IDs, id)
	}
	if err := rows.Err(); err != nil {
		return answer{Error: err.Error()}
	}
	return a
}
