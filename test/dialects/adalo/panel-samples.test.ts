/** The samples of the documentation panel, pasted as they are into a shell, Node and Python, against a running server. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { fieldTypeNames, type Json } from '../../../src/core/fields/field-type.ts';
import type { Panel, PanelCollection } from '../../../src/dialects/adalo/panel.ts';
import type { Samples } from '../../../src/dialects/adalo/panel-samples.ts';
import { skipUnless } from '../../skip-reason.ts';
import { openShop, type Shop } from './shop.ts';

const run = promisify(execFile);
const canRun = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
/** The system's own knows the packages of the system, also where another comes first in the path. */
const python = ['python3', '/usr/bin/python3'].find((one) => canRun(one, '-c', 'import requests'));

interface Language {
  readonly name: keyof Samples;
  readonly skip: string | false;
  /** Runs a program to its end. Throws when it ends with another code than 0. */
  start(code: string): Promise<{ readonly stdout: string }>;
  /** The status that it printed. */
  statusOf(stdout: string): number;
}

const languages: readonly Language[] = [
  {
    name: 'curl',
    skip: skipUnless(canRun('bash', '-c', 'curl --version'), 'there is no curl', 'install bash and curl'),
    // The sample itself shows the body alone: the shell is asked for the status besides.
    start: (code) => run('bash', ['-c', `curl() { command curl -sS -w '\\n%{http_code}' "$@"; }\n${code}`]),
    statusOf: (stdout) => Number(stdout.trim().split('\n').at(-1)),
  },
  {
    name: 'javascript',
    skip: false,
    start: (code) => run(process.execPath, ['--input-type=module', '-e', code]),
    statusOf: (stdout) => Number.parseInt(stdout, 10),
  },
  {
    name: 'python',
    skip: skipUnless(
      python !== undefined,
      'there is no Python with requests',
      'install python3 and its package requests',
    ),
    start: (code) => run(python ?? 'python3', ['-c', code]),
    statusOf: (stdout) => Number.parseInt(stdout, 10),
  },
];

describe('the samples of the documentation panel', () => {
  let shop: Shop;
  let panel: Panel;
  before(async () => {
    shop = await openShop();
    const choices = [{ name: 'It\'s "50 %", $HOME `x` \\ ☕' }] as unknown as Json;
    const options: Record<string, Record<string, Json>> = {
      formula: { expression: '1 + 1' },
      relation: { target: shop.tags.id },
      single_select: { choices },
      multi_select: { choices },
    };
    await shop.app.makeTable(
      fieldTypeNames.map((type) => ({ name: `A ${type}, isn't "it"? $1 \\n`, type, options: options[type] ?? {} })),
      'Everything',
    );
    const path = `/api/v1/apps/${shop.app.appId}/docs/adalo`;
    panel = (await shop.app.request('GET', path, { key: shop.app.keys.native })).json;
  });
  after(() => shop.app.close());

  const collection = (name: string): PanelCollection => {
    const found = panel.collections.find((one) => one.name === name);
    assert.ok(found, name);
    return found;
  };

  for (const language of languages) {
    for (const name of ['Everything', 'Users']) {
      test(`in ${language.name} run as they are, for ${name}`, { skip: language.skip }, async () => {
        const { id, endpoints } = collection(name);
        const root = `/v0/apps/${shop.app.appId}/collections/${id}`;
        const newest = async () => (await shop.call('GET', root)).json.records.at(-1)?.id as number | undefined;
        // The list in the end: it needs nothing. The others in the order in which a reader would try them.
        const [list, create, get, update, remove] = endpoints;
        for (const endpoint of [create, get, update, list, remove]) {
          assert.ok(endpoint);
          const code = endpoint.samples[language.name]
            .replaceAll('http://tessera.test', shop.app.url)
            .replaceAll('ElementId', String(await newest()));
          const { stdout } = await language.start(code);
          assert.equal(language.statusOf(stdout), endpoint.response.status, `${endpoint.name}: ${stdout}`);
        }
        assert.equal(await newest(), undefined, 'the record was made, and deleted again');
      });
    }
  }
});
