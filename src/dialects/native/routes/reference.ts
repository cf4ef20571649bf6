/**
 * `/api/v1/reference`: the interactive reference. The page and its one script come from this server, and its policy lets
 * nothing come from elsewhere, so it works without the internet and tells nobody that it was opened.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import fastify from 'fastify';
import type { NativeScope } from '../typed-scope.ts';

const path = '/api/v1/reference';
const config = { access: 'open' };

/** What the page may load: itself. The viewer sets styles from script, and makes object URLs for downloads. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Everything that would ask another server is off. */
const viewerSettings = {
  url: '/api/v1/openapi.json',
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
  defaultOpenAllTags: false,
  authentication: { preferredSecurityScheme: 'bearer' },
};

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Tessera API</title>
    <link rel="icon" href="data:," />
  </head>
  <body>
    <div id="app"></div>
    <noscript>This page needs JavaScript; the document itself is at <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</noscript>
    <script src="${path}/viewer.js"></script>
    <script src="${path}/start.js"></script>
  </body>
</html>
`;

const start = `Scalar.createApiReference('#app', ${JSON.stringify(viewerSettings)});\n`;

export function referenceRoutes(scope: NativeScope): void {
  let viewer: Promise<Viewer> | undefined;

  scope.get(path, { config }, async (_request, reply) =>
    reply
      .headers({ ...pageHeaders, 'Content-Security-Policy': policy, 'Content-Type': 'text/html; charset=utf-8' })
      .send(page),
  );

  scope.get(`${path}/start.js`, { config }, async (_request, reply) =>
    reply.headers({ ...pageHeaders, ...scriptHeaders }).send(start),
  );

  scope.get(`${path}/viewer.js`, { config }, async (request, reply) => {
    viewer ??= loadViewer().catch((error: unknown) => {
      viewer = undefined;
      throw error;
    });
    const { zipped, etag } = await viewer;
    reply.headers({ ...pageHeaders, ...scriptHeaders, ETag: etag, Vary: 'Accept-Encoding' });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    if (/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
      return reply.header('Content-Encoding', 'gzip').send(zipped);
    }
    return reply.send(await promisify(gunzip)(zipped));
  });
}

const pageHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
};
const scriptHeaders = { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'no-cache' };

interface Viewer {
  readonly zipped: Buffer;
  readonly etag: string;
}

/**
 * The viewer's script, as its package serves it. It lies inside the module of a Fastify plugin that takes a fifth of a
 * second to load, so the plugin is loaded on the first visit, asked once on a server of its own, and not mounted.
 */
async function loadViewer(): Promise<Viewer> {
  const { default: plugin } = await import('@scalar/fastify-api-reference');
  const throwaway = fastify();
  throwaway.register(plugin, { routePrefix: '/', configuration: { url: '/' } });
  const response = await throwaway.inject({ url: '/js/scalar.js' });
  await throwaway.close();
  if (response.statusCode !== 200) throw new Error('the package of the API reference did not serve its script');
  const zipped = await promisify(gzip)(response.rawPayload, { level: 9 });
  return { zipped, etag: `"${createHash('sha256').update(zipped).digest('base64url').slice(0, 16)}"` };
}
