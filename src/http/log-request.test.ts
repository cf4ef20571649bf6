import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Core } from '../core/context.ts';
import { AppError } from '../core/errors.ts';
import { logRefusal } from './log-request.ts';
import { sendStream } from './send-stream.ts';
import { createServer } from './server.ts';

function serverWithLog(level: string) {
  const entries: Record<string, unknown>[] = [];
  const logger = pino({ level }, { write: (line: string) => entries.push(JSON.parse(line)) });
  const server = createServer({ logger, bodyBytesMax: 1000, trustedProxies: [] });
  return { server, entries };
}

test('an answer that breaks off is cut, and its cause logged under the pattern of the route', async () => {
  const { server, entries } = serverWithLog('info');
  server.get('/things/:id', (_request, reply) => {
    const source = Readable.from(
      (async function* () {
        yield 'first';
        await new Promise((resolve) => setImmediate(resolve));
        throw new Error('the disk is gone');
      })(),
    );
    return sendStream(reply, source);
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  await assert.rejects(fetch(`${url}/things/secret-7`).then((answer) => answer.text()));
  await server.close();
  assert.equal(entries.length, 1);
  const [{ level, msg, route, err } = {}] = entries;
  assert.deepEqual([level, msg, route], [50, 'an answer broke off', 'GET /things/:id']);
  assert.equal((err as Error).message, 'the disk is gone');
});

test('faults are logged with their cause, refusals only when asked for', async () => {
  for (const [level, count] of [
    ['info', 1],
    ['debug', 2],
  ] as const) {
    const { server, entries } = serverWithLog(level);
    server.get('/:what', (request, reply) => {
      const error = new AppError('internal_error', undefined, { internal: 'what happened' });
      logRefusal({} as Core, request, request.url === '/fault' ? error : new AppError('record_not_found'));
      return reply.send('');
    });
    await server.inject('/fault');
    await server.inject('/refusal');
    await server.close();
    assert.equal(entries.length, count, level);
    assert.deepEqual([entries[0]?.level, entries[0]?.internal], [50, 'what happened']);
  }
});
