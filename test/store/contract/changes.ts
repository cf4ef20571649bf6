import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChangeEntry } from '../../../src/core/store.ts';
import { type OpenTestStore, testStore } from './test-store.ts';

export function changesContract(open: OpenTestStore): void {
  describe('the log of changes', () => {
    const store = testStore(open);

    it('numbers entries upwards in the order of the writes and never reuses a number', async () => {
      const entry = (recordId: number): ChangeEntry => ({
        appId: 'app',
        tableId: 'table',
        recordId,
        kind: 'update',
        actor: 'key:k',
        at: 12,
        fields: { f: 'ü', g: [1, 2], h: null },
      });
      await Promise.all(
        [1, 2, 3].map((id) => store().write((tx) => tx.records.appendChanges([entry(id), entry(id + 10)]))),
      );
      const rows = await store().list('changes', { app_id: 'app' }, { orderBy: [['seq', 'asc']] });
      assert.deepEqual(
        rows.map((row) => row.record_id),
        [1, 11, 2, 12, 3, 13],
      );
      assert.deepEqual(rows[0]?.fields, { f: 'ü', g: [1, 2], h: null });
      const last = rows.at(-1)?.seq ?? 0;
      await store().write((tx) => tx.remove('changes', { app_id: 'app' }));
      await store().write((tx) => tx.records.appendChanges([entry(4)]));
      const [next] = await store().list('changes', { app_id: 'app', seq: { gt: last } }, { limit: 1 });
      assert.equal(next?.record_id, 4);
    });
  });
}
