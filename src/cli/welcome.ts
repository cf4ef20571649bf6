/** What the first start says: where the server is, the keys, and calls that work as pasted. */
import type { Config } from '../config.ts';
import { demoTables } from './demo/demo-tables.ts';
import { inventoryOf, type NewInstance } from './init.ts';

export function welcome(made: NewInstance, readOnlyKey: string, url: string, config: Config): string {
  return [
    `Tessera is running at ${url}`,
    '',
    `This is its first start: ${config.databaseFile ?? 'the database'} was made, with a demo app in it.`,
    'The keys are shown this once; the native keys cannot be shown again.',
    '',
    inventoryOf(made),
    `  read-only key            ${readOnlyKey}`,
    '',
    'Try these (each works as pasted):',
    '',
    ...calls(made, readOnlyKey, url).flatMap(({ what, line }) => [`# ${what}`, line, '']),
    `API reference: ${url}/api/v1/reference`,
    'Stop with Ctrl-C; "npm start" starts again with everything as it was.',
  ].join('\n');
}

interface ExampleCall {
  readonly what: string;
  readonly line: string;
}

function calls({ app, tables, keys }: NewInstance, readOnlyKey: string, url: string): ExampleCall[] {
  const idOf = (name: string): string => tables.find((table) => table.name === name)?.id ?? '';
  const customers = idOf(demoTables.customers);
  const orders = idOf(demoTables.orders);
  const records = `${url}/api/v1/tables/${orders}/records`;
  return [
    {
      what: 'Native API: paid orders above 100, the largest first',
      line: curl(keys.native, `${records}/query`, {
        filter: { Status: 'Paid', Total: { gt: 100 } },
        sort: '-Total',
        limit: 3,
      }),
    },
    {
      what: 'Native API: create an order',
      line: curl(keys.native, records, {
        fields: { Number: 'ORD-2001', Product: 'Desk lamp', Quantity: 2, Total: 79.8 },
      }),
    },
    {
      what: 'Adalo Collections API: list customers',
      line: curl(keys.app, `${url}/v0/apps/${app.id}/collections/${customers}?limit=3`),
    },
    {
      what: 'Adalo Collections API: create a customer',
      line: curl(keys.app, `${url}/v0/apps/${app.id}/collections/${customers}`, {
        Name: 'Grace Hopper',
        Email: 'grace@example.com',
      }),
    },
    {
      what: 'Refused with 403: the read-only key does not create',
      line: curl(readOnlyKey, records, { fields: { Number: 'ORD-2002', Product: 'Nothing' } }),
    },
  ];
}

/** One line for any POSIX shell; nothing in it needs quoting beyond the single quotes. */
function curl(key: string, url: string, body?: unknown): string {
  const auth = `-H 'Authorization: Bearer ${key}'`;
  if (body === undefined) return `curl -sS ${auth} '${url}'`;
  return `curl -sS ${auth} -H 'Content-Type: application/json' '${url}' -d '${JSON.stringify(body)}'`;
}
