import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutPower } from './power-cuts.ts';
import { proveCrashes } from './prove.ts';
import { createReport } from './report.ts';

const points = 200;

test('every acknowledged write outlives kills and power cuts; none is half there, no id comes twice', async () => {
  const report = createReport();
  await proveCrashes(points, Date.now() % 1e9, report);
  assert.equal(report.cuts + report.kills, points);
  assert.ok(report.restarts > 0, 'the log was never checkpointed and begun anew');
});

test('the proof notices a server that acknowledges before the disk has it', async () => {
  await assert.rejects(cutPower(100, 1, createReport(), { isDiskLying: true }), ({ cause }: Error) => {
    return cause instanceof assert.AssertionError;
  });
});
