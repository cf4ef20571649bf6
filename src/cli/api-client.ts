/** The native API of a running server, for commands that go through it. Refusals come back as the core's own errors. */
import { Readable } from 'node:stream';
import type { Remote } from '../config.ts';
import { AppError, type ErrorCode, errorMeanings, type Issue } from '../core/errors.ts';
import type { ImportSource } from '../core/import/import-source.ts';
import { CliError, exitCodes } from './exit-codes.ts';

export interface ApiClient {
  /** Answers the parsed body; undefined when there is none. @throws AppError, CliError */
  call<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
  /** A file as the body. @throws AppError, CliError */
  upload<T>(path: string, source: ImportSource): Promise<T>;
  /** Every entry of a list, page after page. */
  list<T>(path: string): Promise<T[]>;
  /** An answer that is not JSON, as it comes. Throws where it breaks off. @throws AppError, CliError */
  download(path: string): Promise<AsyncIterable<Uint8Array>>;
}

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly Issue[];
}

export function createApiClient({ url, apiKey }: Remote): ApiClient {
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    return answerOf(await sendAdmitted(method, path, body));
  }

  async function answerOf<T>(response: Response): Promise<T> {
    const parsed: unknown = readJson(await response.text());
    if (response.ok) return parsed as T;
    throw errorOf(response.status, parsed as Problem | undefined);
  }

  async function sendAdmitted(method: string, path: string, body: unknown): Promise<Response> {
    for (;;) {
      const response = await send(method, path, body);
      if (response.status !== 429) return response;
      await response.body?.cancel();
      // The server says when to come again; commands are in no hurry.
      await wait(Number(response.headers.get('retry-after') ?? 1) * 1000);
    }
  }

  async function send(method: string, path: string, body: unknown): Promise<Response> {
    const type = isFile(body) ? 'application/octet-stream' : 'application/json';
    const headers = {
      authorization: `Bearer ${apiKey}`,
      ...(body === undefined ? {} : { 'content-type': type }),
    };
    try {
      return await fetch(url + path, { method, headers, ...bodyOf(body) });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new CliError(exitCodes.failed, `${url} cannot be reached: ${cause}`, error);
    }
  }

  return {
    call,
    upload: async (path, source) => answerOf(await sendAdmitted('POST', path, source)),
    async download(path) {
      const response = await sendAdmitted('GET', path, undefined);
      if (!response.ok) throw errorOf(response.status, readJson(await response.text()) as Problem | undefined);
      return whole(url, response.body ?? []);
    },
    async list<T>(path: string) {
      const all: T[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
        const page: { data: T[]; next: string | null } = await call('GET', path + query);
        all.push(...page.data);
        cursor = page.next;
      } while (cursor !== null);
      return all;
    },
  };
}

function isFile(body: unknown): body is ImportSource {
  return typeof body === 'object' && body !== null && 'open' in body;
}

function bodyOf(body: unknown): RequestInit {
  if (body === undefined) return {};
  if (!isFile(body)) return { body: JSON.stringify(body) };
  // Sent while it is read.
  return { body: Readable.toWeb(Readable.from(body.open(), { objectMode: false })) as ReadableStream, duplex: 'half' };
}

async function* whole(url: string, body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw new CliError(exitCodes.failed, `${url} broke off its answer`, error);
  }
}

function errorOf(status: number, problem: Problem | undefined): Error {
  const code = problem?.code;
  if (code === undefined || !Object.hasOwn(errorMeanings, code)) {
    return new CliError(exitCodes.failed, `the server answered ${status}, which is not how Tessera answers`);
  }
  const parts = problem?.errors === undefined ? {} : { issues: problem.errors };
  return new AppError(code as ErrorCode, problem?.detail, parts);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
