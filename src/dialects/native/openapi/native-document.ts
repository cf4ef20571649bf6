/** The OpenAPI document of the native API as a whole. */
import { buildDocument, type OpenApiDocument } from './document.ts';
import type { Operation } from './operations.ts';

const tags = [
  { name: 'workspaces', description: 'What belongs together: apps, members, a plan.' },
  { name: 'members', description: 'People in a workspace, with their roles.' },
  { name: 'apps', description: 'An app holds tables, and has keys of its own.' },
  { name: 'tables', description: 'A table has fields and holds records.' },
  { name: 'fields', description: 'What the records of a table hold.' },
  { name: 'records', description: 'The data itself.' },
  { name: 'files', description: 'Uploads: shown by file and image fields, answered under their own links.' },
  { name: 'imports', description: 'Files that the server reads into a table by itself.' },
  { name: 'keys', description: 'What opens which tables, for which verbs, from where, how often and until when.' },
  { name: 'me', description: 'The caller: the key that was sent, and the user behind it.' },
  { name: 'usage', description: 'Calls counted by key, table, verb and status.' },
  { name: 'audit', description: 'Who did what, when, from where.' },
  { name: 'changes', description: 'Every change of every record, in order.' },
  { name: 'webhooks', description: 'Who is told what happens to records, and what became of it.' },
  { name: 'push', description: 'Notifications to the users of an app, and the devices that take them.' },
  { name: 'plans', description: 'What a workspace may have.' },
  { name: 'errors', description: 'Every error code and what it means.' },
  { name: 'documents', description: 'This API, described.' },
];

const description = [
  'Tables of records behind keys. Send a key as `Authorization: Bearer tsr_…`.',
  'Lists answer `{data, next}`: send `next` as `cursor` for the following page. Whatever is refused is answered as',
  '`application/problem+json` with a stable `code`; what is not yours does not exist (404).',
  'Field names and ids can be used alike. Numbers beyond 2^53 are refused rather than rounded.',
].join(' ');

export function nativeDocument(operations: readonly Operation[]): OpenApiDocument {
  return buildDocument({ title: 'Tessera', description, tags }, operations);
}
