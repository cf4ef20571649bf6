import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { FastifyReply } from 'fastify';
import { openEnvelope, sendPieces } from './envelope.ts';

/** As much of a reply as the envelope touches. */
function replyWith() {
  const sent: Buffer[] = [];
  const raw = new EventEmitter();
  const reply = { raw, header: () => reply, send: (body: Buffer) => sent.push(body) };
  return {
    reply: reply as unknown as FastifyReply,
    textOf: () => String(sent[0]),
    memoryOf: () => sent[0]?.buffer,
    finish: () => raw.emit('finish'),
  };
}

const pieces = (letter: string, count = 3) => ['{"rows":[', ...Array(count).fill(`"${letter}",`), '0]}'];
const whole = (letter: string, count = 3) => `${openEnvelope}${pieces(letter, count).join('')}}`;

test('an answer keeps its memory to itself until all of it has left', () => {
  const [first, second, third] = [replyWith(), replyWith(), replyWith()];
  sendPieces(first.reply, pieces('é'));
  sendPieces(second.reply, pieces('ń'));
  assert.notEqual(second.memoryOf(), first.memoryOf());
  assert.deepEqual([first.textOf(), second.textOf()], [whole('é'), whole('ń')]);
  first.finish();
  sendPieces(third.reply, pieces('a'));
  assert.equal(third.memoryOf(), first.memoryOf(), 'it is used again');
  assert.deepEqual([second.textOf(), third.textOf()], [whole('ń'), whole('a')]);
});

test('an answer grows to any length', () => {
  for (const count of [0, 1, 200_000, 2_000_000]) {
    const one = replyWith();
    sendPieces(one.reply, pieces('ń', count));
    assert.equal(one.textOf(), whole('ń', count));
    one.finish();
  }
});
