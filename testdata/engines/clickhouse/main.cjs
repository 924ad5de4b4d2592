// Runs SQL for the tests of the backends in ClickHouse: a line of JSON in, {"sql": …}, a line out, {"ids": […]} with the
// first column of what it selects, or {"error": …}.
const { Session } = require('chdb');
const { createInterface } = require('node:readline');

const session = new Session();
createInterface({ input: process.stdin }).on('line', (line) => {
  const { sql } = JSON.parse(line);
  let answer;
  try {
    const out = session.query(sql, 'JSONCompactEachRow');
    const ids = out.split('\n').filter((row) => row.startsWith('[')).map((row) => Number(JSON.parse(row)[0]));
    answer = { ids };
  } catch (e) {
    answer = { error: String(e.message ?? e) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}).on('close', () => { session.cleanup(); process.exit(0); });
