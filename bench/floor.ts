/**
 * The floor that we measure against: bare node:http + better-sqlite3 + JSON.stringify, with no key, no limit, no count, no
 * sync. Same rows, same machine, same client, same run.
 */
import { createServer } from 'node:http';
import Database from 'better-sqlite3';
import { columns, rowsOf } from './data.ts';

const [file = '', rows = '100000'] = process.argv.slice(2);
const database = new Database(file);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = OFF');
database.exec(
  `CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, created_at TEXT, updated_at TEXT, ${columns.map(({ column, type }) => `${column} ${type}`).join(', ')})`,
);
const names = ['created_at', 'updated_at', ...columns.map(({ column }) => column)];
const insert = database.prepare(`INSERT INTO t (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`);
database.transaction(() => {
  for (const row of rowsOf(Number(rows))) insert.run('2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', ...row);
})();
const get = database.prepare('SELECT * FROM t WHERE id = ?');
const list = database.prepare('SELECT * FROM t ORDER BY id LIMIT ?');
const filtered = database.prepare('SELECT * FROM t WHERE f_city = ? ORDER BY id LIMIT ?');

const server = createServer((request, response) => {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const send = (value: unknown) => {
    const body = JSON.stringify(value);
    response.writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(body);
  };
  if (request.method === 'POST') {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as Record<string, string | number>;
      const { lastInsertRowid } = insert.run(
        '2026-01-01T00:00:00.000Z',
        '2026-01-01T00:00:00.000Z',
        ...columns.map(({ column }) => body[column] ?? null),
      );
      send(get.get(lastInsertRowid));
    });
    return;
  }
  if (path === '/t') {
    const parameters = new URLSearchParams(query);
    const city = parameters.get('city');
    const limit = Number(parameters.get('limit') ?? 100);
    return send({ data: city === null ? list.all(limit) : filtered.all(city, limit) });
  }
  return send(get.get(Number(path.slice(3))));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` });
});
process.on('message', (message) => {
  if (message === 'usage') process.send?.({ rss: process.memoryUsage.rss(), cpu: process.cpuUsage() });
  if (message === 'stop') process.exit(0);
});
