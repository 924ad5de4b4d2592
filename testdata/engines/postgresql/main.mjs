// Runs SQL for the tests of the backends in PostgreSQL: a line of JSON in, {"sql": …, "arg": …}, a line out,
// {"ids": […]} with the first column of what it selects, or {"error": …}.
import { PGlite } from '@electric-sql/pglite';
import { createInterface } from 'node:readline';

const db = new PGlite();
for await (const line of createInterface({ input: process.stdin })) {
  const { sql, arg } = JSON.parse(line);
  let answer;
  try {
    const result = await db.query(sql, arg === undefined || arg === null ? [] : [arg]);
    const first = result.fields.length ? result.fields[0].name : '';
    answer = { ids: result.rows.map((row) => Number(row[first])) };
  } catch (e) {
    answer = { error: String(e.message ?? e) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
