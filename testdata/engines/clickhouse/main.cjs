// Runs SQL for the tests of the backends in ClickHouse: a line of JSON in, {"sql": …}, a line out, {"ids": […]} with the
// first column of what it selects, or {"error": …}. With "all" it is {"rows": […]}, each a list of texts.
const { Session } = require('chdb');
const { createInterface } = require('node:readline');

const session = new Session();
createInterface({ input: process.stdin }).on('line', (line) => {
  const { sql, all } = JSON.parse(line);
  let answer;
  try {
    const out = session.query(sql, 'JSONCompactEachRow');
    const rows = out.split('\n').filter((row) => row.startsWith('[')).map((row) => JSON.parse(row));
    answer = all ? { rows: rows.map((row) => row.map(String)) } : { ids: rows.map((row) => Number(row[0])) };
  } catch (e) {
    answer = { error: String(e.message ?? e) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}).on('close', () => { session.cleanup(); process.exit(0); });
