/** What one work may use, until it has ended. */
import { AppError } from '../core/errors.ts';
import type { Stored } from '../core/fields/field-type.ts';
import type { EngineTx, Param } from './engine.ts';
import type { Handle } from './sqlite-handle.ts';

/** A class, because one is made for every write. */
export class WorkTx implements EngineTx {
  #handle: Handle | null;

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  /** From here on every call is refused: it would run inside somebody else's transaction. */
  close(): void {
    this.#handle = null;
  }

  async rows<R>(sql: string, params: readonly Param[]): Promise<R[]> {
    return this.#open().rows(sql, params) as R[];
  }

  async arrays(sql: string, params: readonly Param[]): Promise<Stored[][]> {
    return this.#open().arrays(sql, params);
  }

  async run(sql: string, params: readonly Param[]): Promise<number> {
    return this.#open().run(sql, params).changes;
  }

  async insert(sql: string, params: readonly Param[]): Promise<number> {
    return Number(this.#open().run(sql, params).lastInsertRowid);
  }

  #open(): Handle {
    if (this.#handle !== null) return this.#handle;
    throw new AppError('internal_error', undefined, { internal: 'a transaction was used after its work had ended' });
  }
}
