/** A client that makes, changes and drops tables of its own, with records in them. */
import { type Client, perform } from './client.ts';
import type { Fact } from './journal.ts';

interface OwnTable {
  readonly id: string;
  name: string;
  fields: { readonly id: string; name: string; type: string }[];
  rows: number;
}

/** As facts hold it. */
export function tableText(fields: readonly { readonly name: string; readonly type: string }[], rows: number): string {
  return JSON.stringify({ fields: fields.map(({ name, type }) => `${name}: ${type}`).sort(), rows });
}

const tablesMax = 3;

export interface SchemaWriter {
  step(): Promise<void>;
}

export function createSchemaWriter(client: Client): SchemaWriter {
  const { random, place } = client;
  const tables: OwnTable[] = [];
  const newName = (): string => {
    client.count += 1;
    return `${client.name} ${client.count}`;
  };
  const factOf = ({ fields, rows }: Pick<OwnTable, 'fields' | 'rows'>): Fact => ({
    id: null,
    text: tableText(fields, rows),
  });

  async function create(): Promise<void> {
    const name = newName();
    const fields = [
      { name: 'A', type: 'text', unique: true },
      { name: 'B', type: 'number' },
    ];
    const facts = new Map([[`table ${name}`, { id: null, text: tableText(fields, 0) }]]);
    const { json } = await perform(client, {
      what: `create table ${name}`,
      method: 'POST',
      path: `/api/v1/apps/${place.appId}/tables`,
      body: { name, fields },
      facts,
    });
    tables.push({ id: json.id, name, fields: json.fields, rows: 0 });
  }

  /** The table is taken out while it changes: if the end of that is never known, it is left alone from then on. */
  async function change(
    what: string,
    request: (table: OwnTable) => { method: string; path?: string; body?: unknown; after: OwnTable | null } | null,
    done: (after: OwnTable, json: { readonly id: string }) => void = () => undefined,
  ): Promise<void> {
    const table = random.pick(tables);
    const asked = request(table);
    if (asked === null) return;
    tables.splice(tables.indexOf(table), 1);
    const { method, path = '', body, after } = asked;
    const facts = new Map<string, Fact | null>([[`table ${table.name}`, null]]);
    if (after !== null) facts.set(`table ${after.name}`, factOf(after));
    const { json } = await perform(client, {
      what: `${what} of ${table.name}`,
      method,
      path: `/api/v1/tables/${table.id}${path}`,
      ...(body === undefined ? {} : { body }),
      facts,
    });
    if (after === null) return;
    done(after, json);
    tables.push(after);
  }

  const rename = () =>
    change('rename', (table) => {
      const name = newName();
      return { method: 'PATCH', body: { name }, after: { ...table, name } };
    });

  const remove = () => change('delete', () => ({ method: 'DELETE', after: null }));

  const addField = () =>
    change(
      'new field',
      (table) => {
        if (table.fields.length > 8) return null;
        const field = { id: '', name: newName(), type: random.pick(['text', 'number', 'checkbox', 'date']) };
        const body = { name: field.name, type: field.type, indexed: random.chance(0.5) };
        return { method: 'POST', path: '/fields', body, after: { ...table, fields: [...table.fields, field] } };
      },
      (after, json) => {
        after.fields = after.fields.map((field) => (field.id === '' ? { ...field, id: json.id } : field));
      },
    );

  const dropField = () =>
    change('drop field', (table) => {
      const field = table.fields.at(-1);
      if (field === undefined || table.fields.length <= 2) return null;
      const fields = table.fields.filter((one) => one !== field);
      return { method: 'DELETE', path: `/fields/${field.id}`, after: { ...table, fields } };
    });

  const convert = () =>
    change('convert field', (table) => {
      const field = table.fields.find(({ name }) => name === 'B');
      if (field === undefined) return null;
      const type = field.type === 'number' ? 'text' : 'number';
      const fields = table.fields.map((one) => (one === field ? { ...one, type } : one));
      return { method: 'POST', path: `/fields/${field.id}/convert`, body: { type }, after: { ...table, fields } };
    });

  const addRecord = () =>
    change('new record', (table) => ({
      method: 'POST',
      path: '/records',
      body: { fields: { A: newName(), B: 5 } },
      after: { ...table, rows: table.rows + 1 },
    }));

  return {
    async step() {
      if (tables.length === 0 || (tables.length < tablesMax && random.chance(0.2))) return create();
      return random.pick([rename, remove, addField, addField, dropField, convert, addRecord, addRecord, addRecord])();
    },
  };
}
