// Command duckdb runs SQL for the tests of the backends: a line of JSON in, {"sql": …, "arg": …}, a line out, {"ids": […]}
// with the first column of what it selects, or {"error": …}. With "all" it is {"rows": […]}, each a list of texts.
package main

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"os"

	_ "github.com/duckdb/duckdb-go/v2"
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
	db, err := sql.Open("duckdb", "")
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
