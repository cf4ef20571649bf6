/** What a form page sends: texts by the names of its inputs, and files, which are kept as they arrive. */
import { createHash, type Hash } from 'node:crypto';
import { parse as parseQuery } from 'node:querystring';
import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor, Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { uploadFile } from '../../../core/files/upload-file.ts';
import type { Form } from '../form.ts';
import { type KeptFile, partName } from './fill.ts';
import { own } from './form-page.ts';
import type { Question } from './questions.ts';

export interface Sent {
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Files of each question, those of an earlier try included. */
  readonly files: ReadonlyMap<string, readonly KeptFile[]>;
  /** Why a file was not taken, by slug. */
  readonly refused: ReadonlyMap<string, string>;
  /** The same for the same answers: a form that was sent twice is one submission. */
  readonly fingerprint: string;
}

const partsMax = 2000;
const filesMax = 50;
const textBytesMax = 2_000_000;

/** Gives the scope the parsers that HTML forms need, and takes it all others. */
export function takeForms(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, text, done) => {
    done(null, parseQuery(text as string, '&', '=', { maxKeys: partsMax }));
  });
  scope.register(multipart, {
    limits: {
      fileSize: Number.MAX_SAFE_INTEGER,
      fieldSize: textBytesMax,
      fields: partsMax,
      files: filesMax,
      parts: partsMax,
    },
  });
}

/** @throws body_invalid, body_too_large */
export async function readSent(
  core: Core,
  actor: Actor,
  form: Form,
  questions: readonly Question[],
  request: FastifyRequest,
): Promise<Sent> {
  const values = new Map<string, string[]>();
  const files = new Map<string, KeptFile[]>();
  const refused = new Map<string, string>();
  const hash = createHash('sha256');
  const add = (name: string, value: string) => {
    values.set(name, [...(values.get(name) ?? []), value]);
    if (name !== own.token) note(hash, name, value);
  };
  if (request.isMultipart()) {
    let textBytes = 0;
    const bySlug = new Map(questions.map((question) => [question.slug, question]));
    try {
      for await (const part of request.parts()) {
        if (part.type === 'field') {
          const value = String(part.value);
          textBytes += part.fieldname.length + value.length;
          if (textBytes > textBytesMax) throw new AppError('body_too_large');
          add(part.fieldname, value);
        } else await takeFile(core, actor, form, bySlug.get(part.fieldname), part, { files, refused, hash });
      }
    } catch (error) {
      if (error instanceof AppError) throw error;
      const internal = error instanceof Error ? error.message : String(error);
      throw new AppError('body_invalid', 'The form did not arrive whole. Please send it again.', { internal });
    }
  } else {
    for (const [name, value] of Object.entries((request.body ?? {}) as Record<string, unknown>)) {
      for (const one of [value].flat()) add(name, String(one));
    }
  }
  for (const question of questions) await addKept(core, form, question, values, files);
  return { values, files, refused, fingerprint: hash.digest('base64url') };
}

interface Collected {
  readonly files: Map<string, KeptFile[]>;
  readonly refused: Map<string, string>;
  readonly hash: Hash;
}

/** An input for files that was left alone is a part without a name. */
async function takeFile(
  core: Core,
  actor: Actor,
  { table }: Form,
  question: Question | undefined,
  part: MultipartFile,
  { files, refused, hash }: Collected,
): Promise<void> {
  const isForFiles = question?.entry.field?.type === 'file' || question?.entry.field?.type === 'image';
  const isTooMany = question?.entry.field?.options.multiple !== true && files.has(question?.slug ?? '');
  if (question === undefined || !isForFiles || isTooMany || part.filename === '') {
    part.file.resume();
    return;
  }
  const { bytes_max: bytesMax } = question.entry.field?.options ?? {};
  try {
    const file = await uploadFile(core, actor, table.appId, {
      // A reader that stops early would end the connection, and with it the answer that says why.
      content: { [Symbol.asyncIterator]: () => part.file.iterator({ destroyOnReturn: false }) },
      filename: part.filename,
      mediaType: part.mimetype,
      isPrivate: question.entry.field?.options.is_private === true,
      ...(typeof bytesMax === 'number' ? { bytesMax } : {}),
    });
    files.set(question.slug, [...(files.get(question.slug) ?? []), { id: file.id, name: file.name }]);
    note(hash, question.slug, file.sha256);
  } catch (error) {
    part.file.resume();
    if (!(error instanceof AppError) || error.code !== 'body_too_large') throw error;
    refused.set(question.slug, 'This file is too large.');
  }
}

const fileIdForm = /^[0-9A-Za-z]{16}$/;

/** Files that came with an earlier try, where no new one takes their place. */
async function addKept(
  core: Core,
  { table }: Form,
  { slug, entry }: Question,
  values: ReadonlyMap<string, readonly string[]>,
  files: Map<string, KeptFile[]>,
): Promise<void> {
  const ids = (values.get(partName(slug, 'kept')) ?? []).filter((id) => fileIdForm.test(id)).slice(0, filesMax);
  const fresh = files.get(slug) ?? [];
  if (ids.length === 0 || (fresh.length > 0 && entry.field?.options.multiple !== true)) return;
  const rows = await core.store.list('files', { id: { in: ids }, app_id: table.appId });
  const kept = rows.filter(({ state, created_by: by }) => state === 'stored' && by === `form:${table.id}`);
  files.set(slug, [...kept.map(({ id, name }) => ({ id, name })), ...fresh]);
}

function note(hash: Hash, name: string, value: string): void {
  hash.update(`${name.length} ${value.length} ${name}${value}`);
}
