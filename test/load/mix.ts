/** What is asked: every dialect, reads and writes. */
import { rawRequest } from '../../bench/load.ts';
import type { Asked } from '../../bench/open-loop.ts';
import type { InitJson } from '../cli/tessera.ts';

/** What the requests name and show. */
export interface MixFacts {
  readonly made: InitJson;
  readonly table: string;
  /** Of Formaloo. */
  readonly token: string;
  readonly rows: number;
}

export function fieldsOf(n: number): Record<string, string> {
  return { Name: `Item ${n}`, City: `City ${n % 100}`, Notes: `Stands in aisle ${n % 37}; ask for "number ${n}".` };
}

/** Of twenty: seven reads of one record, six of a hundred, two searches through all, three creates, one update, one profile. */
export function mixOf({ made: { app, keys }, table, token, rows }: MixFacts): (n: number) => Asked {
  const native = { Authorization: `Bearer ${keys.native}` };
  const adalo = { Authorization: `Bearer ${keys.adalo}` };
  const retable = { ApiKey: keys.retable };
  const formaloo = { 'x-api-key': keys.formaloo.apiKey, Authorization: `JWT ${token}` };
  const records = `/api/v1/tables/${table}/records`;
  const collection = `/v0/apps/${app.id}/collections/${table}`;
  const idOf = (n: number) => 1 + ((n * 7919) % rows);
  const get = (kind: string, path: string, headers: Readonly<Record<string, string>>): Asked => ({
    kind,
    status: 200,
    bytes: rawRequest('GET', path, headers),
  });
  const oneNative = (n: number) => get('native get', `${records}/${idOf(n)}`, native);
  const oneAdalo = (n: number) => get('adalo get', `${collection}/${idOf(n)}`, adalo);
  const hundred = () => get('native list', `${records}?limit=100`, native);
  const search = (n: number) => {
    const filter = encodeURIComponent(JSON.stringify({ Notes: { contains: `"number ${idOf(n)}"` } }));
    return get('native search', `${records}?limit=20&filter=${filter}`, native);
  };
  const create = (n: number): Asked => ({
    kind: 'native create',
    status: 201,
    bytes: rawRequest('POST', records, native, JSON.stringify({ fields: fieldsOf(n) })),
  });
  const steps: readonly ((n: number) => Asked)[] = [
    oneNative,
    hundred,
    oneAdalo,
    create,
    search,
    hundred,
    oneAdalo,
    () => get('retable list', `/v1/public/retable/${table}/data?limit=100`, retable),
    oneNative,
    create,
    oneAdalo,
    hundred,
    oneNative,
    () => get('adalo list', `${collection}?limit=100`, adalo),
    search,
    create,
    (n) => ({
      kind: 'native update',
      status: 200,
      bytes: rawRequest('PATCH', `${records}/${idOf(n)}`, native, JSON.stringify({ fields: { City: `City ${n}` } })),
    }),
    hundred,
    oneNative,
    () => get('formaloo profile', '/v3.0/profile/', formaloo),
  ];
  return (n) => (steps[n % steps.length] ?? oneNative)(n);
}
