/** Ends a server in order: running requests are answered, then their connections close instead of being kept for more. */
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** A connection whose request was running when the end began becomes idle later; so often is looked for it. */
const lookMs = 20;

export async function closeServer(server: FastifyInstance): Promise<void> {
  // What still comes on open connections is answered, and told not to send more. First of the listeners: before the head is written.
  server.server.prependListener('request', (_request, response: ServerResponse) => {
    response.shouldKeepAlive = false;
  });
  const looking = setInterval(() => server.server.closeIdleConnections(), lookMs);
  try {
    await server.close();
  } finally {
    clearInterval(looking);
  }
}
