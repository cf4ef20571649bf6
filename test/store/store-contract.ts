/**
 * What every engine's store must do. An engine's test calls `storeContract` with a way to open an empty store; nothing
 * here knows which engine it is.
 */
import { describe } from 'node:test';
import { changesContract } from './contract/changes.ts';
import { filterContract } from './contract/filters.ts';
import { gatewayContract } from './contract/gateway.ts';
import { linkContract } from './contract/links.ts';
import { offsetContract } from './contract/offsets.ts';
import { recordContract } from './contract/records.ts';
import { schemaContract } from './contract/schema.ts';
import type { OpenTestStore } from './contract/test-store.ts';
import { writeContract } from './contract/writes.ts';

export function storeContract(name: string, open: OpenTestStore): void {
  describe(`${name} store`, () => {
    gatewayContract(open);
    writeContract(open);
    schemaContract(open);
    recordContract(open);
    filterContract(open);
    offsetContract(open);
    linkContract(open);
    changesContract(open);
  });
}
