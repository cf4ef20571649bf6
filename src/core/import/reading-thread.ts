/**
 * A source that is read on a thread of its own. That thread asks this one for the content, wherever it is stored, and gives back rows
 * that are read, checked and packed; a few pieces ahead, so that memory does not grow with the source.
 */
import { Worker } from 'node:worker_threads';
import { type ImportSource, sourceRefused } from './import-source.ts';
import { type FromReader, receivedError, type ToReader } from './reading-messages.ts';
import type { Piece, PieceOrder, SourceReader } from './source-reader.ts';
import type { SourceRow } from './source-table.ts';
import type { Survey } from './survey-source.ts';

/** Pieces that are made before they are asked for. */
const piecesAhead = 3;
/** Parts of the content that are on their way. */
const partsAhead = 2;
const rowsPerBlock = 1000;
/** The young generation decides how much the thread takes while it reads; the old one holds the texts that cells of a workbook share. */
const memory = { maxYoungGenerationSizeMb: 32, maxOldGenerationSizeMb: 1024 };

/** @throws body_invalid when it cannot be read as a table */
export async function openOnThread(source: ImportSource, sheet: string | undefined): Promise<SourceReader> {
  const thread = createReadingThread(source);
  thread.send({ kind: 'open', name: source.name, bytes: source.bytes, sheet });
  const { format, how, columns, isText } = await thread.expect('opened');
  /** A thread makes one row of pieces; whoever reads again begins another. */
  let isRead = false;

  async function* pieces(order: PieceOrder): AsyncGenerator<Piece> {
    if (isRead) {
      const again = await openOnThread(source, sheet);
      try {
        yield* again.pieces(order);
      } finally {
        again.close();
      }
      return;
    }
    isRead = true;
    thread.send({ kind: 'pieces', order });
    for (let at = 0; at < piecesAhead; at += 1) thread.send({ kind: 'next' });
    let isOver = false;
    try {
      for (;;) {
        const message = await thread.expect('piece', 'end');
        isOver = message.kind === 'end';
        if (message.kind === 'end') return;
        thread.send({ kind: 'next' });
        yield pieceOf(order, message.piece, message.rows);
      }
    } finally {
      // Whoever stops early wants nothing more of it.
      if (!isOver) thread.end();
    }
  }

  function pieceOf(
    order: PieceOrder,
    piece: Omit<Piece, 'rows' | 'release'>,
    rows: readonly SourceRow[] | null,
  ): Piece {
    const { at } = piece;
    if (rows !== null) return { ...piece, rows: async () => rows, release: () => undefined };
    if (!order.keepsRows) return { ...piece, rows: () => readAgain({ ...order, skip: at }), release: () => undefined };
    return {
      ...piece,
      async rows() {
        thread.send({ kind: 'rows', at });
        return (await thread.expect('rows')).rows;
      },
      release: () => thread.send({ kind: 'release', at }),
    };
  }

  /** The rows of the first piece. */
  async function readAgain(order: PieceOrder): Promise<readonly SourceRow[]> {
    const again = await openOnThread(source, sheet);
    try {
      const { value } = await again.pieces({ ...order, reading: null }).next();
      return value === undefined ? [] : await value.rows();
    } finally {
      again.close();
    }
  }

  async function* rows(): AsyncGenerator<readonly SourceRow[]> {
    const shape = { columns: [], isText, key: null };
    const order = { rowsPerPiece: rowsPerBlock, skip: 0, shape, reading: null, keepsRows: false };
    for await (const piece of pieces(order)) yield piece.rows();
  }

  return {
    format,
    how,
    columns,
    isText,
    async survey(): Promise<Survey> {
      thread.send({ kind: 'survey' });
      return (await thread.expect('surveyed')).survey;
    },
    rows,
    pieces,
    close: () => thread.end(),
  };
}

type Kind = FromReader['kind'];
type Of<K extends Kind> = Extract<FromReader, { kind: K }>;

interface Waiting {
  readonly kinds: readonly Kind[];
  readonly resolve: (message: FromReader) => void;
  readonly reject: (error: unknown) => void;
}

/** The thread, with the content that it asks for. */
function createReadingThread(source: ImportSource) {
  const worker = new Worker(new URL('./reading-worker.ts', import.meta.url), { resourceLimits: memory });
  // Only whoever waits for it keeps the process alive.
  worker.unref();
  const reads = new Map<number, { wanted: number; isClosed: boolean; wake: () => void }>();
  let arrived: FromReader[] = [];
  let waiting: Waiting[] = [];
  let failure: { readonly error: unknown } | null = null;

  worker.on('message', (message: FromReader) => {
    switch (message.kind) {
      case 'failed':
        return fail(receivedError(message.error));
      case 'read':
        return void provide(message.read, message.start).catch(fail);
      case 'more':
      case 'close': {
        const read = reads.get(message.read);
        if (read === undefined) return;
        if (message.kind === 'more') read.wanted += 1;
        else read.isClosed = true;
        return read.wake();
      }
      default:
        arrived.push(message);
        return deliver();
    }
  });
  worker.on('error', (error: unknown) => {
    const isMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    fail(isMemory ? sourceRefused(source, 'takes more memory to read than an import may use') : error);
  });
  worker.on('exit', () => fail(new Error('the reading thread has ended')));

  async function provide(read: number, start: number): Promise<void> {
    const own = { wanted: partsAhead, isClosed: false, wake: (): void => undefined };
    reads.set(read, own);
    try {
      for await (const part of source.open(start)) {
        while (own.wanted === 0 && !own.isClosed) {
          await new Promise<void>((resolve) => {
            own.wake = resolve;
          });
        }
        if (own.isClosed || failure !== null) return;
        own.wanted -= 1;
        // A copy, which can be handed over: what it is a part of may belong to others.
        const bytes = new Uint8Array(part);
        worker.postMessage({ kind: 'bytes', read, bytes } satisfies ToReader, [bytes.buffer]);
      }
      if (!own.isClosed) send({ kind: 'bytes', read, bytes: null });
    } finally {
      reads.delete(read);
    }
  }

  function send(message: ToReader): void {
    if (failure === null) worker.postMessage(message);
  }

  /** The next message of these kinds. */
  function expect<K extends Kind>(...kinds: readonly K[]): Promise<Of<K>> {
    return new Promise<FromReader>((resolve, reject) => {
      if (failure !== null) return reject(failure.error);
      waiting.push({ kinds, resolve, reject });
      worker.ref();
      deliver();
    }) as Promise<Of<K>>;
  }

  function deliver(): void {
    for (const one of waiting) {
      const at = arrived.findIndex(({ kind }) => one.kinds.includes(kind));
      const message = arrived[at];
      if (message === undefined) continue;
      arrived = arrived.toSpliced(at, 1);
      waiting = waiting.filter((other) => other !== one);
      if (waiting.length === 0) worker.unref();
      one.resolve(message);
    }
  }

  function fail(error: unknown): void {
    if (failure !== null) return;
    failure = { error };
    const all = waiting;
    waiting = [];
    arrived = [];
    for (const read of reads.values()) {
      read.isClosed = true;
      read.wake();
    }
    void worker.terminate();
    for (const { reject } of all) reject(error);
  }

  return { send, expect, end: () => fail(new Error('the reader was closed')) };
}
