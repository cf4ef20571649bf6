/** The reading thread: is given the content of a source in parts, and gives back its survey and its rows in pieces. */
import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { cutPieces } from './cut-pieces.ts';
import type { ImportSource } from './import-source.ts';
import { openSourceTable } from './open-source.ts';
import { type FromReader, sentError, type ToReader } from './reading-messages.ts';
import type { PieceOrder } from './source-reader.ts';
import type { SourceRow, SourceTable } from './source-table.ts';
import { surveySource } from './survey-source.ts';

const port = parentPort;
if (port === null) throw new Error('this file is a thread of an import');

// Requests come first. On Linux this is the priority of this thread alone; elsewhere it would be that of the whole process.
if (process.platform === 'linux') {
  try {
    setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not allowed here: then without.
  }
}

const say = (message: FromReader, handedOver: ArrayBuffer[] = []): void => port.postMessage(message, handedOver);

/** Something that is waited for, until it is there. */
function createBell() {
  let ring: (() => void) | null = null;
  return {
    ring: () => ring?.(),
    heard: () =>
      new Promise<void>((resolve) => {
        ring = resolve;
      }),
  };
}

/** Reads of the source that are under way. */
const reads = new Map<
  number,
  { readonly parts: (Uint8Array | null)[]; readonly bell: ReturnType<typeof createBell> }
>();
let lastRead = 0;

function sourceOf(name: string, bytes: number): ImportSource {
  return {
    name,
    bytes,
    async *open(start = 0) {
      lastRead += 1;
      const read = lastRead;
      const own = { parts: [] as (Uint8Array | null)[], bell: createBell() };
      reads.set(read, own);
      say({ kind: 'read', read, start });
      try {
        for (;;) {
          while (own.parts.length === 0) await own.bell.heard();
          const part = own.parts.shift() ?? null;
          if (part === null) return;
          say({ kind: 'more', read });
          yield part;
        }
      } finally {
        reads.delete(read);
        say({ kind: 'close', read });
      }
    },
  };
}

let content: SourceTable | null = null;
let filename = '';
/** Pieces that may be made before the next is asked for. */
let credit = 0;
const credited = createBell();
/** Rows of packed pieces, by place: where they are many, keeping them costs more than all else. */
const kept = new Map<number, readonly SourceRow[]>();

function opened(): SourceTable {
  if (content === null) throw new Error('nothing is open');
  return content;
}

async function open({ name, bytes, sheet }: Extract<ToReader, { kind: 'open' }>): Promise<void> {
  filename = name;
  content = await openSourceTable(sourceOf(name, bytes), sheet);
  const { format, how, columns, isText } = content;
  say({ kind: 'opened', format, how, columns, isText });
}

async function makePieces(order: PieceOrder): Promise<void> {
  for await (const { source, ...piece } of cutPieces(opened().rows(), order)) {
    while (credit === 0) await credited.heard();
    credit -= 1;
    const { packed } = piece;
    if (packed === null) {
      say({ kind: 'piece', piece, rows: source });
      continue;
    }
    if (order.keepsRows) kept.set(piece.at, source);
    say({ kind: 'piece', piece, rows: null }, [packed.columns.buffer, packed.logged.buffer] as ArrayBuffer[]);
  }
  say({ kind: 'end' });
}

async function answer(message: ToReader): Promise<void> {
  switch (message.kind) {
    case 'open':
      return open(message);
    case 'survey':
      return say({ kind: 'surveyed', survey: await surveySource(opened(), filename) });
    case 'pieces':
      return makePieces(message.order);
    case 'next':
      credit += 1;
      return credited.ring();
    case 'rows':
      return say({ kind: 'rows', at: message.at, rows: kept.get(message.at) ?? [] });
    case 'release':
      return void kept.delete(message.at);
    case 'bytes': {
      const read = reads.get(message.read);
      read?.parts.push(message.bytes);
      return read?.bell.ring();
    }
  }
}

port.on('message', (message: ToReader) => {
  answer(message).catch((error: unknown) => say({ kind: 'failed', error: sentError(error) }));
});
