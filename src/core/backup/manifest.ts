/** What stands beside each backup: what is in it, and by what it is known to be whole. It is written last. */
import { AppError } from '../errors.ts';
import type { DatabaseFacts } from '../store.ts';
import type { Checked } from './checked-bytes.ts';

export interface Manifest {
  /** 1: from before files were part of a backup. */
  readonly format: 1 | 2;
  /** Time of the copy, ISO. */
  readonly madeAt: string;
  /** File of the compressed database, beside the manifest. */
  readonly content: string;
  readonly compression: 'zstd';
  readonly compressed: Checked;
  readonly database: Checked;
  readonly facts: DatabaseFacts;
  /** Uploaded files. */
  readonly files: ManifestFiles;
}

export type ManifestFiles =
  | {
      /** Their contents are in `files/` beside the manifest, under their checksums. */
      readonly kept: 'here';
      readonly count: number;
      readonly bytes: number;
      /** The list of the files, beside the manifest: id, SHA-256 and bytes of each; compressed. */
      readonly list: string;
      readonly listCompressed: Checked;
      /** Files that the database knows and whose content was not there, or was another one: not in the list. */
      readonly missing: number;
      /** Ids of the first of them. */
      readonly missingIds: readonly string[];
    }
  | {
      /** Not in the backup: in `place`, which has a copy of its own. Null: nobody said where. */
      readonly kept: 'elsewhere';
      readonly place: string | null;
      readonly count: number;
      readonly bytes: number;
    };

/** How the names of all backups begin. */
export const backupPrefix = 'tessera-';
const contentEnd = '.db.zst';
const filesEnd = '.files.zst';
const manifestEnd = '.json';

/** `tessera-20260305T090711042Z`: names sort by time. */
export function backupName(madeAt: string): string {
  return backupPrefix + madeAt.replace(/[-:.]/g, '');
}

export const contentKey = (name: string): string => name + contentEnd;
export const filesKey = (name: string): string => name + filesEnd;
export const manifestKey = (name: string): string => name + manifestEnd;

const nameForm = /^tessera-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/;

/** The backup that a file belongs to; null when it is none of ours. */
export function nameOfKey(key: string): string | null {
  const name = nameForm.exec(key)?.[0];
  return name !== undefined && [contentKey, filesKey, manifestKey].some((keyOf) => key === keyOf(name)) ? name : null;
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
  if (![1, 2].includes(parsed.format) || parsed.compression !== 'zstd') {
    throw refused('was written by a newer version of Tessera');
  }
  const { content, compressed, database, facts, madeAt, format } = parsed;
  const files: ManifestFiles | undefined =
    format === 1 ? { kept: 'elsewhere', place: null, count: 0, bytes: 0 } : parsed.files;
  const isWhole = isChecked(compressed) && isChecked(database) && isName(content) && isFiles(files);
  if (!isWhole || typeof facts !== 'object' || Number.isNaN(Date.parse(madeAt ?? ''))) {
    throw refused('is damaged: it does not say what it should');
  }
  return { ...parsed, files } as Manifest;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && !/[\\/]/.test(value);
}

function isChecked(value: Checked | undefined): value is Checked {
  return typeof value === 'object' && Number.isSafeInteger(value.bytes) && /^[0-9a-f]{64}$/.test(value.sha256);
}

function isFiles(value: ManifestFiles | undefined): value is ManifestFiles {
  if (typeof value !== 'object' || !Number.isSafeInteger(value.count)) return false;
  return value.kept === 'elsewhere' || (value.kept === 'here' && isName(value.list) && isChecked(value.listCompressed));
}
