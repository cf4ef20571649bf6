/** A client that has the server import files, watches how far they are, and cancels some. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './call.ts';
import { BrokenPromise, type Client, type Request, send } from './client.ts';
import { type ImportedRow, isOpen, type LoggedImport } from './import-log.ts';

export interface ImportWriter {
  readonly imports: readonly LoggedImport[];
  step(): Promise<void>;
  /** A server has started: some more imports may be begun in its life. */
  restart(): void;
  /** Waits until every import has ended. */
  settle(): Promise<void>;
}

/** Images hold them all and are read whole: so few rows keep the proof quick. */
const rowsPerRun = 1200;
const rowsPerRestart = 250;
const codes = 300;
/** For an import that hangs, on a machine that is busy with something else too. */
const settleMs = 10 * 60_000;

export function createImportWriter(client: Client): ImportWriter {
  const { place, random } = client;
  const path = `/api/v1/apps/${place.appId}/imports`;
  const imports: LoggedImport[] = [];
  let rowsLeft = rowsPerRun;

  async function begin(): Promise<void> {
    const made = makeImport(client, isAnyKeyed() ? ['table', 'records'] : ['table', 'records', 'keyed', 'keyed']);
    imports.push(made);
    rowsLeft -= made.rows.length;
    const query = new URLSearchParams({ filename: made.filename });
    if (made.kind === 'table') {
      query.set('name', made.name);
      query.set('types', JSON.stringify({ Token: 'text', Code: 'text', N: 'number', Note: 'text' }));
    } else {
      query.set('table', place.importedId);
    }
    if (made.kind === 'keyed') query.set('key', 'Code');
    const got = await ask({ method: 'POST', path: `${path}?${query}`, body: Buffer.from(made.content) }, 202);
    take(made, got.json.id);
  }

  const isAnyKeyed = () => imports.some((one) => one.kind === 'keyed' && isOpen(one));

  function take(one: LoggedImport, id: string): void {
    one.id = id;
    one.begunAt = client.now();
  }

  /** The server died under the order: it has it or has not, and that is so from now on. */
  async function find(one: LoggedImport): Promise<void> {
    const { json } = await ask({ method: 'GET', path: `${path}?limit=1000` }, 200);
    const found = json.data.find(({ filename }: { filename: string }) => filename === one.filename);
    if (found === undefined) one.absentAt = client.now();
    else take(one, found.id);
  }

  async function look(one: LoggedImport): Promise<void> {
    const got = await ask({ method: 'GET', path: `${path}/${one.id}` }, one.cancelSentAt === null ? 200 : null);
    const at = client.now();
    if (got.status === 404) {
      // It had ended when the order to cancel it came, which then removes it.
      one.cancelledAt = at;
      return;
    }
    const { state, rows_read, error } = got.json;
    if (state === 'failed') throw new BrokenPromise(`${one.filename} failed: ${error}`);
    one.seen.push({ at, state, rows_read });
  }

  async function cancel(one: LoggedImport): Promise<void> {
    one.cancelSentAt = client.now();
    await ask({ method: 'DELETE', path: `${path}/${one.id}` }, 204);
    one.cancelledAt = client.now();
  }

  /** `status` null: also one that is not there. */
  async function ask(request: Pick<Request, 'method' | 'path' | 'body'>, status: number | null): Promise<Answer> {
    const got = await send(client, request, null);
    if (status === null ? got.status !== 200 && got.status !== 404 : got.status !== status) {
      throw new BrokenPromise(`${request.method} ${request.path} got ${got.status}: ${got.text.slice(0, 500)}`);
    }
    return got;
  }

  async function watch(): Promise<void> {
    for (const one of imports.filter(isOpen)) {
      if (one.id === null) await find(one);
      else if (random.chance(0.03)) await cancel(one);
      else await look(one);
    }
  }

  return {
    imports,
    async step() {
      await watch();
      const open = imports.filter(isOpen).length;
      if (rowsLeft > 0 && random.chance(open === 0 ? 0.3 : open === 1 ? 0.05 : 0)) await begin();
      else await sleep(random.whole(1, 15));
    },
    restart() {
      rowsLeft += rowsPerRestart;
    },
    async settle() {
      const startedAt = performance.now();
      while (imports.some(isOpen)) {
        if (performance.now() - startedAt > settleMs) throw new BrokenPromise('an import does not come to its end');
        await watch();
        await sleep(10);
      }
    },
  };
}

function makeImport(client: Client, kinds: readonly LoggedImport['kind'][]): LoggedImport {
  const { random } = client;
  client.count += 1;
  const name = `${client.name} ${client.count}`;
  const kind = random.pick(kinds);
  const isPartlyWrong = random.chance(0.3);
  // The second row with a value that must be unique: its chunk is then written row by row.
  const isTwice = kind === 'records' && random.chance(0.3);
  const firstCode = random.whole(0, codes - 1);
  const length = random.whole(20, isTwice ? 150 : 450);
  const rows = Array.from({ length: Math.min(length, kind === 'keyed' ? codes : length) }, (_, at): ImportedRow => {
    const isSecond = isTwice && at > 0 && random.chance(0.03);
    const code = isSecond ? 0 : at;
    return {
      token: `${client.name}-${client.count}-${at}`,
      code:
        kind === 'keyed'
          ? `code ${(firstCode + at) % codes}`
          : kind === 'records' && !isTwice
            ? null
            : `${name} ${code}`,
      n: at,
      note: `${name} .${'x'.repeat(random.whole(0, 60))}`,
      isWrong: isSecond || (at > 0 && isPartlyWrong && random.chance(0.03)),
    };
  });
  const line = ({ token, code, n, note, isWrong }: ImportedRow) =>
    `${token},${code ?? ''},${isWrong && code !== `${name} 0` ? 'no number' : n},${note}`;
  return {
    filename: `${name}.csv`,
    kind,
    name,
    rows,
    content: `Token,Code,N,Note\n${rows.map(line).join('\n')}\n`,
    sentAt: client.now(),
    begunAt: null,
    absentAt: null,
    id: null,
    seen: [],
    cancelSentAt: null,
    cancelledAt: null,
  };
}
