/** What stands beside each backup: what is in it, and by what it is known to be whole. It is written last. */
import { AppError } from '../errors.ts';
import type { DatabaseFacts } from '../store.ts';

export interface Manifest {
  readonly format: 1;
  /** Time of the copy, ISO. */
  readonly madeAt: string;
  /** File of the compressed database, beside the manifest. */
  readonly content: string;
  readonly compression: 'zstd';
  readonly compressed: Checked;
  readonly database: Checked;
  readonly facts: DatabaseFacts;
}

export interface Checked {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** How the names of all backups begin. */
export const backupPrefix = 'tessera-';
const contentEnd = '.db.zst';
const manifestEnd = '.json';

/** `tessera-20260305T090711042Z`: names sort by time. */
export function backupName(madeAt: string): string {
  return backupPrefix + madeAt.replace(/[-:.]/g, '');
}

export const contentKey = (name: string): string => name + contentEnd;
export const manifestKey = (name: string): string => name + manifestEnd;

const nameForm = /^tessera-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/;

/** The backup that a file belongs to; null when it is none of ours. */
export function nameOfKey(key: string): string | null {
  const name = nameForm.exec(key)?.[0];
  return name !== undefined && (key === contentKey(name) || key === manifestKey(name)) ? name : null;
}

/** When the backup of this name was made, in milliseconds since 1970. */
export function timeOfName(name: string): number {
  const [, ...parts] = nameForm.exec(name) ?? [];
  const [year, month, day, hour, minute, second, ms] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
}

/** @throws body_invalid when it is not a manifest that this version reads */
export function parseManifest(text: string, name: string): Manifest {
  const refused = (why: string): AppError => new AppError('body_invalid', `${name}: ${why}`);
  let parsed: Partial<Manifest> | null;
  try {
    parsed = JSON.parse(text) as Partial<Manifest> | null;
  } catch {
    throw refused('is not the manifest of a backup');
  }
  if (typeof parsed !== 'object' || parsed === null || parsed.format === undefined) {
    throw refused('is not the manifest of a backup');
  }
  if (parsed.format !== 1 || parsed.compression !== 'zstd') throw refused('was written by a newer version of Tessera');
  const { content, compressed, database, facts, madeAt } = parsed;
  const isWhole = isChecked(compressed) && isChecked(database) && typeof content === 'string' && !/[\\/]/.test(content);
  if (!isWhole || typeof facts !== 'object' || Number.isNaN(Date.parse(madeAt ?? ''))) {
    throw refused('is damaged: it does not say what it should');
  }
  return parsed as Manifest;
}

function isChecked(value: Checked | undefined): value is Checked {
  return typeof value === 'object' && Number.isSafeInteger(value.bytes) && /^[0-9a-f]{64}$/.test(value.sha256);
}
