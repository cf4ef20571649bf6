/** The style sheet and the scripts of form pages, from memory; their addresses change with their content, so browsers keep them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';

const types = {
  'form.css': 'text/css; charset=utf-8',
  'form.js': 'text/javascript; charset=utf-8',
  'embed.js': 'text/javascript; charset=utf-8',
} as const;

type AssetName = keyof typeof types;

interface Asset {
  readonly text: string;
  readonly version: string;
}

const loaded = new Map<AssetName, Asset>();

function assetOf(name: AssetName): Asset {
  let asset = loaded.get(name);
  if (asset === undefined) {
    const text = readFileSync(new URL(`assets/${name}`, import.meta.url), 'utf8');
    asset = { text, version: createHash('sha256').update(text).digest('hex').slice(0, 12) };
    loaded.set(name, asset);
  }
  return asset;
}

export function assetAddress(name: AssetName): string {
  return `/f/${name}?v=${assetOf(name).version}`;
}

export function assetRoutes(scope: FastifyInstance): void {
  for (const name of Object.keys(types) as AssetName[]) {
    scope.get(`/f/${name}`, { config: { access: 'open' } }, (request, reply) => {
      const { text, version } = assetOf(name);
      const isNamed = (request.query as { readonly v?: unknown }).v === version;
      return reply
        .headers({
          'content-type': types[name],
          'cache-control': isNamed ? 'public, max-age=31536000, immutable' : 'public, max-age=300',
          'x-content-type-options': 'nosniff',
          // Pages of other origins load the script that embeds.
          'cross-origin-resource-policy': 'cross-origin',
        })
        .send(text);
    });
  }
}
