/**
 * The floor that we measure against: bare node:http + better-sqlite3 + JSON.stringify, with no key, no limit, no count, no
 * sync. Same rows, same machine, same client, same run.
 */
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import Database from 'better-sqlite3';
import { type Cell, columns, rowsOf } from './data.ts';
import { formalooRow, formalooRows } from './formaloo-floor.ts';
import { addressOf, usersCount } from './notify.ts';

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
database.exec(`CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE);
  CREATE TABLE devices (id INTEGER PRIMARY KEY, user INTEGER);
  CREATE INDEX devices_by_user ON devices (user);
  CREATE TABLE notifications (id INTEGER PRIMARY KEY, user INTEGER, title TEXT, body TEXT, at INTEGER);
  CREATE TABLE outbox (id INTEGER PRIMARY KEY, notification INTEGER, device INTEGER, due INTEGER);
  CREATE INDEX outbox_due ON outbox (due);`);
const addUser = database.prepare('INSERT INTO users (id, email) VALUES (?, ?)');
const addDevice = database.prepare('INSERT INTO devices (user) VALUES (?)');
database.transaction(() => {
  for (let user = 1; user <= usersCount; user += 1) {
    addUser.run(user, addressOf(user));
    addDevice.run(user);
  }
})();
const userOf = database.prepare('SELECT id FROM users WHERE email = ?').pluck();
const devicesOf = database.prepare('SELECT id FROM devices WHERE user = ?').pluck();
const addNotification = database.prepare('INSERT INTO notifications (user, title, body, at) VALUES (?, ?, ?, ?)');
const addOutbox = database.prepare('INSERT INTO outbox (notification, device, due) VALUES (?, ?, ?)');
interface Notification {
  readonly audience: { readonly email: string };
  readonly notification: { readonly titleText: string; readonly bodyText: string };
}
const accept = database.transaction(({ audience, notification }: Notification): number => {
  const user = userOf.get(audience.email);
  const devices = devicesOf.all(user);
  const at = Date.now();
  const { lastInsertRowid } = addNotification.run(user, notification.titleText, notification.bodyText, at);
  for (const device of devices) addOutbox.run(lastInsertRowid, device, at);
  return devices.length;
});
type Row = Record<string, Cell | null>;
const get = database.prepare<[unknown], Row>('SELECT * FROM t WHERE id = ?');
const list = database.prepare<[number], Row>('SELECT * FROM t ORDER BY id LIMIT ?');
const newest = database.prepare<[number], Row>('SELECT * FROM t ORDER BY id DESC LIMIT ?');
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
  if (path === '/upload') {
    request.pipe(createWriteStream(`${file}.upload`)).on('finish', () => send({}));
    return;
  }
  if (request.method === 'POST') {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (path === '/notifications') {
        return send({ successful: accept(JSON.parse(Buffer.concat(parts).toString()) as Notification) });
      }
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
  // The same work with the long answers of one dialect, which no bare answer can be compared with.
  if (path === '/formaloo') return send(formalooRows(newest.all(Number(new URLSearchParams(query).get('limit')))));
  if (path.startsWith('/formaloo/')) return send(formalooRow(get.get(Number(path.slice(10))) ?? {}));
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
