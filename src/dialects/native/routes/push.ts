/** `/apps/{app}/notifications` and `/apps/{app}/push/…`: notifications to the app's users, and the devices that take them. */

import { toIso } from '../../../core/clock.ts';
import type { Core } from '../../../core/context.ts';
import { getNotification } from '../../../core/push/get-notification.ts';
import { listDevices, viewDevice } from '../../../core/push/list-devices.ts';
import { listNotifications } from '../../../core/push/list-notifications.ts';
import { registerDevice } from '../../../core/push/register-device.ts';
import { mintRegistrationToken } from '../../../core/push/registration-token.ts';
import { removeDevice, removeSubscription } from '../../../core/push/remove-device.ts';
import { type SentNotification, sendNotification } from '../../../core/push/send-notification.ts';
import { sendTestNotification } from '../../../core/push/send-test-notification.ts';
import { vapidKeys } from '../../../core/push/vapid-keys.ts';
import { Type } from '../../../core/schema.ts';
import { answerOnce } from '../once.ts';
import { actorOf } from '../request-actor.ts';
import { nothing, pageOf, pathOf, time } from '../shapes/parts.ts';
import {
  deviceShape,
  deviceView,
  endpointInput,
  notificationInput,
  notificationShape,
  notificationView,
  pushTestInput,
  receiptsShape,
  receiptView,
  sentShape,
  sentView,
  subscriptionInput,
  tokenInput,
  tokenShape,
} from '../shapes/push.ts';
import type { NativeScope } from '../typed-scope.ts';

const tags = ['push'];
const params = pathOf('app');
const config = { verb: 'push' };
/** Called by browsers, which hold no key: a token of the user, or the endpoint that only this browser knows, is the proof. */
const open = { access: 'open' };
const notificationsPath = '/api/v1/apps/:app/notifications';
const pushPath = '/api/v1/apps/:app/push';
const user = Type.Optional(Type.Integer({ minimum: 1, description: 'Only of this user: the id of the record.' }));
const limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 }));
const cursor = Type.Optional(Type.String({ maxLength: 20, description: 'Where the page before ended: its `next`.' }));

const notificationsQuery = Type.Object(
  {
    user,
    from: Type.Optional(time('From when, included.')),
    to: Type.Optional(time('Until when, not included.')),
    limit,
    cursor,
  },
  { additionalProperties: false },
);

export function pushRoutes(scope: NativeScope, core: Core): void {
  scope.post(
    notificationsPath,
    {
      schema: {
        tags,
        operationId: 'sendNotification',
        summary: 'Send a notification to one user of the app',
        description:
          'It is accepted when it is on disk: the tickets say on which ways it leaves. `accepted` is 0 when the user has no device. What becomes of it is found under the notification.',
        params,
        body: notificationInput,
        response: { 202: sentShape },
      },
      config: { verb: 'push', isIdempotent: true },
    },
    (request, reply) => {
      const { ttl_seconds: ttl, url, urgency, ...rest } = request.body;
      const input = {
        ...rest,
        ...(ttl === undefined ? {} : { ttlSeconds: ttl }),
        ...(url === undefined ? {} : { url }),
        ...(urgency === undefined ? {} : { urgency }),
      };
      return answerOnce<SentNotification>(
        request,
        reply,
        { answer: (sent) => ({ status: 202, body: JSON.stringify(sentView(sent)) }) },
        (once) => sendNotification(core, actorOf(request), request.params.app, input, once),
      );
    },
  );

  scope.get(
    notificationsPath,
    {
      schema: {
        tags,
        operationId: 'listNotifications',
        summary: 'Who was sent what and when, latest first',
        params,
        querystring: notificationsQuery,
        response: { 200: pageOf(notificationShape) },
      },
      config,
    },
    async (request) => {
      const { user: userId, from, to, ...rest } = request.query;
      const page = await listNotifications(core, actorOf(request), request.params.app, {
        ...rest,
        ...(userId === undefined ? {} : { userId }),
        ...(from === undefined ? {} : { from: Date.parse(from) }),
        ...(to === undefined ? {} : { to: Date.parse(to) }),
      });
      return { data: page.data.map(notificationView), next: page.next };
    },
  );

  scope.get(
    `${notificationsPath}/:notification`,
    {
      schema: {
        tags,
        operationId: 'getNotification',
        summary: 'Get a notification with its result on each device',
        params: pathOf('app', 'notification'),
        response: { 200: receiptsShape },
      },
      config,
    },
    async (request) => {
      const { app, notification: id } = request.params;
      const { notification, deliveries } = await getNotification(core, actorOf(request), app, id);
      return { ...notificationView(notification), receipts: deliveries.map(receiptView) };
    },
  );

  deviceRoutes(scope, core);
  browserRoutes(scope, core);
}

function deviceRoutes(scope: NativeScope, core: Core): void {
  scope.post(
    `${pushPath}/tokens`,
    {
      schema: {
        tags,
        operationId: 'createPushToken',
        summary: 'Make a token with which a browser registers for one user',
        description:
          'For the server of the app, which knows who is signed in: it hands the token to that user’s page. Who has it receives the notifications of this user, so it is for nobody else.',
        params,
        body: tokenInput,
        response: { 201: tokenShape },
      },
      config,
    },
    async (request, reply) => {
      const { audience, expires_in_seconds: seconds } = request.body;
      const { app } = request.params;
      const {
        token,
        expiresAt,
        user: found,
      } = await mintRegistrationToken(core, actorOf(request), app, audience, seconds);
      const demo = `${core.settings.publicUrl}/push/demo#${new URLSearchParams({ app, token })}`;
      return reply.code(201).send({ token, expires_at: toIso(expiresAt), user_id: found.id, demo_url: demo });
    },
  );

  scope.get(
    `${pushPath}/devices`,
    {
      schema: {
        tags,
        operationId: 'listPushDevices',
        summary: 'List the devices that take notifications',
        params,
        querystring: Type.Object({ user, limit, cursor }, { additionalProperties: false }),
        response: { 200: pageOf(deviceShape) },
      },
      config,
    },
    async (request) => {
      const { user: userId, ...rest } = request.query;
      const query = { ...rest, ...(userId === undefined ? {} : { userId }) };
      const page = await listDevices(core, actorOf(request), request.params.app, query);
      return { data: page.data.map(deviceView), next: page.next };
    },
  );

  scope.delete(
    `${pushPath}/devices/:device`,
    {
      schema: {
        tags,
        operationId: 'deletePushDevice',
        summary: 'Remove a device; it receives nothing more',
        params: pathOf('app', 'device'),
        response: { 204: nothing },
      },
      config,
    },
    async (request, reply) => {
      await removeDevice(core, actorOf(request), request.params.app, request.params.device);
      return reply.code(204).send();
    },
  );
}

function browserRoutes(scope: NativeScope, core: Core): void {
  scope.get(
    `${pushPath}/key`,
    {
      schema: {
        tags,
        operationId: 'getPushKey',
        summary: 'The public key with which browsers subscribe (VAPID)',
        params,
        response: { 200: Type.Object({ public_key: Type.String() }) },
      },
      config: open,
    },
    // The same for every app, so it need not tell who knows no key whether there is such an app.
    async () => ({ public_key: (await vapidKeys(core)).publicKey }),
  );

  scope.post(
    `${pushPath}/subscriptions`,
    {
      schema: {
        tags,
        operationId: 'createPushSubscription',
        summary: 'Register a browser for the user of a token',
        params,
        body: subscriptionInput,
        response: { 201: deviceShape },
      },
      config: open,
    },
    async (request, reply) => {
      const { token, subscription, label = null } = request.body;
      const device = await registerDevice(core, request.params.app, token, subscription, label);
      return reply.code(201).send(deviceView(viewDevice(device)));
    },
  );

  scope.delete(
    `${pushPath}/subscriptions`,
    {
      schema: {
        tags,
        operationId: 'deletePushSubscription',
        summary: 'Remove a browser by its endpoint, which nobody else knows',
        params,
        body: endpointInput,
        response: { 204: nothing },
      },
      config: open,
    },
    async (request, reply) => {
      await removeSubscription(core, request.params.app, request.body.endpoint);
      return reply.code(204).send();
    },
  );

  scope.post(
    `${pushPath}/test`,
    {
      schema: {
        tags,
        operationId: 'testPush',
        summary: 'Send a notification to the browser that asks',
        params,
        body: pushTestInput,
        response: { 202: sentShape },
      },
      config: open,
    },
    async (request, reply) => {
      const { token, endpoint } = request.body;
      return reply.code(202).send(sentView(await sendTestNotification(core, request.params.app, token, endpoint)));
    },
  );
}
