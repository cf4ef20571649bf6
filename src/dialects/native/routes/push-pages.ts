/** `/push/…`: what browsers load to take notifications: the script of apps, the service worker, and a page to try it on. */
import { readFileSync } from 'node:fs';
import type { FastifyReply } from 'fastify';
import type { NativeScope } from '../typed-scope.ts';

const script = 'text/javascript; charset=utf-8';

/** The page loads nothing from elsewhere, and nobody frames it. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const pages: readonly { path: string; file: string; type: string; headers: Readonly<Record<string, string>> }[] = [
  { path: '/push/client.js', file: 'client.js', type: script, headers: { 'cache-control': 'public, max-age=300' } },
  // Browsers look for a newer one by themselves; an old one must not come from a cache in between.
  { path: '/push/worker.js', file: 'worker.js', type: script, headers: { 'cache-control': 'no-cache' } },
  { path: '/push/demo.js', file: 'demo.js', type: script, headers: { 'cache-control': 'no-cache' } },
  {
    path: '/push/demo.css',
    file: 'demo.css',
    type: 'text/css; charset=utf-8',
    headers: { 'cache-control': 'no-cache' },
  },
  {
    path: '/push/demo',
    file: 'demo.html',
    type: 'text/html; charset=utf-8',
    headers: { 'content-security-policy': pagePolicy, 'referrer-policy': 'no-referrer', 'cache-control': 'no-cache' },
  },
];

export function pushPageRoutes(scope: NativeScope): void {
  for (const { path, file, type, headers } of pages) {
    let text: string | undefined;
    scope.get(path, { config: { access: 'open' } }, async (_request, reply): Promise<FastifyReply> => {
      text ??= readFileSync(new URL(`../push-pages/${file}`, import.meta.url), 'utf8');
      // Scripts are loaded by pages of other origins.
      const shared = { 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'cross-origin' };
      return reply
        .headers({ ...shared, ...headers })
        .type(type)
        .send(text);
    });
  }
}
