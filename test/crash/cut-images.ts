/**
 * Power cuts from a recording: at a moment, what had been synced is there, and of what was written since, any part may be:
 * none, all, some sectors of it, or something else in its place. The same holds for the pages that a checkpoint had begun
 * to move into the database file.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DiskEvent } from './disk-recorder.ts';
import type { Random } from './random.ts';
import { pageSizeOf, readFrames, startOf, type WalPosition } from './wal-format.ts';

/** What became of the writes that no sync covered. */
export const tears = ['lost', 'kept', 'sectors', 'noise', 'zeros', 'tail-only', 'half'] as const;
export type Tear = (typeof tears)[number];

const sectorBytes = 512;

interface Disk {
  /** The database file as it was when the log last began anew. */
  database: Buffer;
  /** The log's file as far as it is surely on the disk, with what older rounds left behind its end. */
  log: Buffer;
  header: Buffer;
  position: WalPosition | null;
  /** Versions of each page in the synced part of the log, oldest first. */
  pages: Map<number, Buffer[]>;
  databasePages: number;
  pending: { readonly offset: number; readonly bytes: Buffer }[];
  /** How many of the pending writes the running sync covers. */
  syncing: number;
}

/** Walks through the events once; at each of the moments (ascending event counts) `visit` can take images. */
export async function walkCuts(
  events: readonly DiskEvent[],
  moments: readonly number[],
  visit: (moment: number, writeImage: (folder: string, random: Random) => Tear) => Promise<void>,
): Promise<void> {
  const disk: Disk = {
    database: Buffer.alloc(0),
    log: Buffer.alloc(0),
    header: Buffer.alloc(0),
    position: null,
    pages: new Map(),
    databasePages: 0,
    pending: [],
    syncing: 0,
  };
  let done = 0;
  for (const moment of moments) {
    for (; done < moment; done += 1) {
      const event = events[done];
      if (event !== undefined) apply(disk, event);
    }
    await visit(moment, (folder, random) => writeImage(disk, folder, random));
  }
}

function apply(disk: Disk, event: DiskEvent): void {
  if (event.kind === 'write') disk.pending.push(event);
  else if (event.kind === 'sync-begin') disk.syncing = disk.pending.length;
  else if (event.kind === 'sync-end') settle(disk, disk.pending.splice(0, disk.syncing));
  else restart(disk, event);
}

function settle(disk: Disk, writes: Disk['pending']): void {
  disk.syncing = 0;
  for (const { offset, bytes } of writes) {
    disk.log = overlaid(disk.log, offset, bytes);
    if (disk.position === null) throw new Error('a write before the log began');
    const { frames, end } = readFrames(disk.header, disk.position, bytes);
    disk.position = end;
    for (const { page, databasePages, data } of frames) {
      const versions = disk.pages.get(page);
      if (versions === undefined) disk.pages.set(page, [data]);
      else versions.push(data);
      if (databasePages > 0) disk.databasePages = databasePages;
    }
  }
}

function restart(disk: Disk, event: Extract<DiskEvent, { kind: 'restart' }>): void {
  settle(disk, disk.pending.splice(0));
  if (disk.database.length === 0) {
    disk.database = event.database;
  } else {
    disk.database = withPages(disk, (versions) => versions.at(-1));
    // What the recording says must be what is there, or the images prove nothing.
    if (!disk.database.equals(event.database)) throw new Error('the database file is not what its log says');
  }
  disk.header = event.header;
  disk.position = startOf(event.header);
  disk.log = overlaid(disk.log, 0, event.header);
  disk.pages = new Map();
}

/** The database file with the chosen version of each page of the log; undefined leaves the page as it was. */
function withPages(disk: Disk, choose: (versions: readonly Buffer[]) => Buffer | undefined): Buffer {
  let file: Buffer = Buffer.from(disk.database);
  const pageSize = pageSizeOf(disk.header);
  for (const [page, versions] of disk.pages) {
    const data = choose(versions);
    if (data !== undefined) file = overlaid(file, (page - 1) * pageSize, data);
  }
  return file;
}

function writeImage(disk: Disk, folder: string, random: Random): Tear {
  mkdirSync(folder, { recursive: true });
  // A checkpoint can have moved any page whose frame was synced, and the disk can have kept any part of that.
  const share = random.pick([0, 0, 0.5, 1]);
  const database = withPages(disk, (versions) => (random.chance(share) ? random.pick(versions) : undefined));
  writeFileSync(join(folder, 'tessera.db'), database);
  const tear = random.pick(tears);
  writeFileSync(join(folder, 'tessera.db-wal'), torn(disk, tear, random));
  return tear;
}

function torn(disk: Disk, tear: Tear, random: Random): Buffer {
  let log: Buffer = Buffer.from(disk.log);
  for (const [index, { offset, bytes }] of disk.pending.entries()) {
    if (tear === 'lost') break;
    if (tear === 'half' && index >= disk.pending.length / 2) break;
    if (tear === 'tail-only' && index === 0) continue;
    log = overlaid(log, offset, spoilt(log, offset, bytes, tear, random));
  }
  // The file may have grown without its bytes having arrived, or hold whatever was on these blocks before.
  if (random.chance(0.3)) log = overlaid(log, log.length, noise(random.whole(1, 3 * 4096), random));
  return log;
}

function spoilt(log: Buffer, offset: number, bytes: Buffer, tear: Tear, random: Random): Buffer {
  if (tear === 'zeros') return Buffer.alloc(bytes.length);
  if (tear === 'noise') return noise(bytes.length, random);
  if (tear !== 'sectors') return bytes;
  const mixed = Buffer.from(bytes);
  for (let at = 0; at < mixed.length; at += sectorBytes) {
    if (random.chance(0.8)) continue;
    const end = Math.min(at + sectorBytes, mixed.length);
    mixed.fill(0, at, end);
    log.subarray(offset + at, offset + end).copy(mixed, at);
  }
  return mixed;
}

function noise(length: number, random: Random): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(random.whole(0, 0xffff_ffff), at);
  return bytes;
}

/** `bytes` over `file` at this place; what lies between its end and that place is zeros, as in a sparse file. */
function overlaid(file: Buffer, offset: number, bytes: Buffer): Buffer {
  const end = offset + bytes.length;
  const whole = end <= file.length ? file : Buffer.concat([file, Buffer.alloc(end - file.length)]);
  bytes.copy(whole, offset);
  return whole;
}
