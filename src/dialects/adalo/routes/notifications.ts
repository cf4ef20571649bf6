/** `POST /notifications` (wire/adalo.md §8): one notification to one user of the app. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import type { Audience } from '../../../core/push/find-user.ts';
import { sendNotification } from '../../../core/push/send-notification.ts';
import { readBody } from '../read-body.ts';

export function notificationRoutes(scope: FastifyInstance, core: Core): void {
  // The key pages name it without `/v0`, as the collections of that time; both are called.
  for (const path of ['/notifications', '/v0/notifications']) {
    scope.post(path, { config: { verb: 'push' } }, async (request, reply) => {
      const successful = await notify(core, request);
      return reply.header('Content-Type', 'application/json; charset=utf-8').send(JSON.stringify({ successful }));
    });
  }
}

/** Checked in the order of the collections: key, app, then the rest of the body. */
async function notify(core: Core, request: FastifyRequest): Promise<number> {
  const { call } = request;
  if (call === null) throw new AppError('credential_missing');
  const body = readBody(request.body);
  if (body.appId === undefined || body.appId === null || body.appId === '') throw refused('appId is required');
  if (body.appId !== call.actor.appId) throw new AppError('app_mismatch');
  const audience = readAudience(body.audience);
  const notification = objectOf(body.notification, 'notification');
  const title = readText(notification.titleText, 'notification.titleText');
  const text = readText(notification.bodyText, 'notification.bodyText');
  try {
    const { tickets } = await sendNotification(core, call.actor, call.actor.appId, { audience, title, body: text });
    return tickets.length;
  } catch (error) {
    throw inOwnWords(error);
  }
}

const ownNames: Readonly<Record<string, string>> = {
  title: 'notification.titleText',
  body: 'notification.bodyText',
};

/** What the core refuses about a text, under the name that the client gave it. */
function inOwnWords(error: unknown): unknown {
  const [issue] = error instanceof AppError && error.code === 'body_invalid' ? error.issues : [];
  return issue === undefined ? error : refused(`${ownNames[issue.field] ?? issue.field} ${issue.message}`);
}

/** Of several selectors the id counts, then the e-mail address; empty ones count as absent. */
function readAudience(value: unknown): Audience {
  if (Array.isArray(value)) throw refused('audience must be one user');
  const { id, email, username } = objectOf(value, 'audience');
  if (isGiven(id)) return { id: readId(id) };
  if (isGiven(email)) return { email: readText(email, 'audience.email') };
  if (isGiven(username)) return { username: readText(username, 'audience.username') };
  throw refused('audience must have an id, an email or a username');
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function readId(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  if (typeof value === 'string' && /^\s*\d{1,15}\s*$/.test(value)) return Number(value);
  throw refused('audience.id must be the id of one user');
}

function readText(value: unknown, name: string): string {
  if (value === undefined || value === null) throw refused(`${name} is required`);
  if (typeof value !== 'string') throw refused(`${name} must be text`);
  if (value.trim() === '') throw refused(`${name} is required`);
  return value;
}

function objectOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refused(`${name} is required`);
}

function refused(text: string): AppError {
  return new AppError('body_invalid', text);
}
