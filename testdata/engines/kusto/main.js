// Holds KQL queries against table schemas with Microsoft's parser and binder, the one of the Sentinel and Defender
// portals. It reads one JSON object a line, {"query": "...", "tables": {"T": "(A:string, B:long)"}, "functions":
// {"f": "(name:string) => (value:string)"}}, and writes one a line: {"diagnostics": ["..."]}, empty where it accepts.
//
// `TableSymbol.From` gives a table without a name, so the constructor that takes the name is called by the name that the
// package's compiler gave it.
'use strict';
const readline = require('readline');
require('@kusto/language-service-next/bridge.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.js');

const { KustoCode, GlobalState } = globalThis.Kusto.Language;
const { TableSymbol, FunctionSymbol, DatabaseSymbol } = globalThis.Kusto.Language.Symbols;

// A schema's state is made once: the queries of one table come together.
const states = new Map();

function globals(tables, functions) {
  const key = JSON.stringify([tables, functions]);
  let state = states.get(key);
  if (!state) {
    const members = [];
    for (const [name, schema] of Object.entries(tables || {})) {
      members.push(new TableSymbol.$ctor7(name, schema, null));
    }
    for (const [name, f] of Object.entries(functions || {})) {
      members.push(new FunctionSymbol.$ctor16(name, f.parameters, f.body, null));
    }
    state = GlobalState.Default.WithDatabase(new DatabaseSymbol.ctor('db', members));
    states.set(key, state);
  }
  return state;
}

function judge(line) {
  const { query, tables, functions } = JSON.parse(line);
  const found = KustoCode.ParseAndAnalyze(query, globals(tables, functions)).GetDiagnostics();
  const out = [];
  for (let i = 0; i < found.Count; i++) {
    const d = found.getItem(i);
    out.push(`${d.Severity} ${d.Code} at ${d.Start}: ${d.Message}`);
  }
  return { diagnostics: out };
}

readline.createInterface({ input: process.stdin, crlfDelay: Infinity }).on('line', (line) => {
  if (line) process.stdout.write(JSON.stringify(judge(line)) + '\n');
});
