// Runs SQL for the tests of the backends in PostgreSQL: a line of JSON in, {"sql": …, "arg": …}, a line out,
// {"ids": […]} with the first column of what it selects, or {"error": …}. With "all" it is {"rows": […]}, each a list of texts.
import { PGlite } from '@electric-sql/pglite';
import { createInterface } from 'node:readline';

const db = new PGlite();
for await (const line of createInterface({ input: process.stdin })) {
  const { sql, arg, all } = JSON.parse(line);
  let answer;
  try {
    const result = await db.query(sql, arg === undefined || arg === null ? [] : [arg]);
    const first = result.fields.length ? result.fields[0].name : '';
    answer = all
      ? { rows: result.rows.map((row) => result.fields.map((f) => String(row[f.name]))) }
      : { ids: result.rows.map((row) => Number(row[first])) };
  } catch (e) {
    answer = { error: String(e.message ?? e) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
