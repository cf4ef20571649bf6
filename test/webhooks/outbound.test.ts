import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { createOutbound } from '../../src/http/outbound.ts';
import { type Receiver, startReceiver } from './receiver.ts';

describe('requests that the server sends', () => {
  let receiver: Receiver;
  let port: string;
  before(async () => {
    receiver = await startReceiver();
    port = new URL(receiver.url).port;
  });
  after(() => receiver.close());

  const send = async (url: string, addresses: readonly (readonly string[])[] = [], allowsPrivate = false) => {
    let asked = 0;
    const outbound = createOutbound({
      clock: systemClock,
      allowsPrivate,
      resolve: (_name, _options, callback) => {
        const found = (addresses[asked] ?? addresses.at(-1) ?? []).map(
          (address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }),
        );
        asked += 1;
        callback(null, found);
      },
    });
    const answer = await outbound.post({ url, headers: {}, body: '{}' });
    outbound.close();
    return { answer, asked };
  };

  for (const host of [
    '127.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0x7f.1',
    '2130706433',
    '0177.0.0.1',
    '127.1',
    '0.0.0.0',
  ]) {
    test(`never reach http://${host}`, async () => {
      const { answer } = await send(`http://${host}:${port}/`);
      assert.equal(answer.status, null);
      assert.match('error' in answer ? answer.error : '', /private address/);
      assert.equal(receiver.received.length, 0);
    });
  }

  for (const address of ['127.0.0.1', '169.254.169.254', '10.0.0.7', '::1', 'fd00::1']) {
    test(`never reach a name that leads to ${address}`, async () => {
      const { answer } = await send(`http://rebind.example:${port}/`, [[address]]);
      assert.match('error' in answer ? answer.error : '', /rebind\.example leads to a private address/);
      assert.equal(receiver.received.length, 0);
    });
  }

  test('a name is asked once per request: an answer that changes a moment later opens nothing', async () => {
    const { answer, asked } = await send(`http://rebind.example:${port}/`, [['10.0.0.1'], ['127.0.0.1']]);
    assert.equal(asked, 1);
    assert.equal(answer.status, null);
    assert.equal(receiver.received.length, 0);
  });

  test('of several addresses only the public ones are used', async () => {
    const { answer } = await send(`http://mixed.example:${port}/`, [['127.0.0.1', '10.0.0.1']]);
    assert.match('error' in answer ? answer.error : '', /private address/);
    assert.equal(receiver.received.length, 0);
  });

  test('reach the loopback where the operator allows it', async () => {
    const { answer } = await send(`http://own.example:${port}/`, [['127.0.0.1']], true);
    assert.equal(answer.status, 200);
    assert.equal(receiver.received[0]?.headers.host, `own.example:${port}`);
  });

  test('give up on a receiver that says nothing for ten seconds', async () => {
    receiver.behave(() => null);
    const { answer } = await send(`http://own.example:${port}/`, [['127.0.0.1']], true);
    assert.equal('error' in answer ? answer.error : '', 'no answer within 10 s');
    assert.ok(answer.durationMs >= 9_900);
  });
});
