/** The paths of the CDP, under the first two gateway versions (wire/formaloo.md §12). */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { rememberInApp } from '../../../core/apps/remember-in-app.ts';
import { type Core, systemActor } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { newId } from '../../../core/ids.ts';
import type { RecordView } from '../../../core/records/record-view.ts';
import { verbBits } from '../../../core/workspaces/roles.ts';
import { actorOf, appOf } from '../call.ts';
import { type Collection, mountCollection } from '../collection.ts';
import { sendData } from '../envelope.ts';
import { instantOf } from '../instants.ts';
import { memoryOf, objectOf } from '../memory.ts';
import { onChange } from '../on-change.ts';
import { pageMembers, pageQueryOf } from '../pages.ts';
import { gateway12 } from '../paths.ts';
import { refused } from '../read-attributes.ts';
import { bodyOf } from '../read-body.ts';
import { createActivity, showActivities, showActivity } from './activities.ts';
import { both, filterFrom, linkedTo, linkedToId, type Show, sendCreated, sendPage, slugIn } from './answers.ts';
import { type BatchKind, getBatch, runBatch } from './batches.ts';
import { bulkCustomerRoutes } from './bulk-customers.ts';
import { changeCustomer, saveCustomer, showCustomer, showCustomers } from './customers.ts';
import { customerIn, noteRoutes } from './notes.ts';
import { create, get, idOfSlug, recordOf, remove, update } from './records.ts';
import { type CdpName, type CdpTable, cdpTableOf, checkValues, ensureTable, findTable, keysOf } from './tables.ts';

const read = { config: { access: 'token', verb: 'read' } } as const;
const write = { config: { access: 'token_or_write', verb: 'create' } } as const;
const change = { config: { access: 'token_or_write', verb: 'update' } } as const;
const erase = { config: { access: 'token', verb: 'delete' } } as const;

export function cdpRoutes(scope: FastifyInstance, core: Core): void {
  customerRoutes(scope, core);
  bulkCustomerRoutes(scope, core);
  noteRoutes(scope, core);
  activityRoutes(scope, core);
  for (const kind of ['customer', 'activity'] as const) batchRoutes(scope, core, kind);
  const actionTypes = thingsOf(core, 'action_types', 'action_type');
  mountCollection(scope, `${gateway12}/action-types`, actionTypes, 'token_or_write');
  scope.get(`${gateway12}/action-type-groups`, read, (request, reply) =>
    sendData(reply, `{${pageMembers(core, request, pageQueryOf(request), 0)},"action_type_groups":[]}`),
  );
  gamificationRoutes(scope, core);
}

function customerRoutes(scope: FastifyInstance, core: Core): void {
  const path = `${gateway12}/customers`;
  const item = `${path}/:slug`;
  const parameters = { email: 'email', phone_number: 'phone_number', level: 'level', usernames: 'username' };

  const ownCustomer = (request: FastifyRequest) => customerIn(core, request);

  scope.get(path, read, (request, reply) =>
    sendPage(
      core,
      request,
      reply,
      'customers',
      (own) => both(filterFrom(request, own, parameters), linkedTo(core, request, own, 'tag', 'tags')),
      showCustomers,
    ),
  );
  scope.post(path, write, async (request, reply) => {
    const { view } = await saveCustomer(core, actorOf(request), bodyOf(request));
    return sendCreated(reply, { customer: await showCustomer(core, actorOf(request), view) });
  });
  scope.get(item, read, async (request, reply) => {
    const { own, id } = await ownCustomer(request);
    const { row, links } = await get(core, actorOf(request), own, id);
    const customer = await showCustomer(core, actorOf(request), { table: own.table, row, links });
    return sendData(reply, JSON.stringify({ customer }));
  });
  onChange(scope, item, change, async (request, reply) => {
    const { own, id } = await ownCustomer(request);
    const view = await changeCustomer(core, actorOf(request), own, id, bodyOf(request));
    return sendData(reply, JSON.stringify({ customer: await showCustomer(core, actorOf(request), view) }));
  });
  scope.delete(item, erase, async (request, reply) => {
    const { own, id } = await ownCustomer(request);
    await remove(core, actorOf(request), own, id);
    return sendData(reply, '{}');
  });

  // Taken down and answered; carrying them out is a decision that people make.
  for (const [name, key] of [
    ['gdpr-data-requests', 'customer_data_request'],
    ['gdpr-delete-requests', 'customer_delete_request'],
  ] as const) {
    scope.post(`${item}/${name}`, erase, async (request, reply) => {
      await ownCustomer(request);
      return sendCreated(reply, { [key]: newRequest(core) });
    });
  }
  scope.post(`${gateway12}/businesses/business/gdpr-delete-requests`, erase, (_request, reply) =>
    sendCreated(reply, { business_delete_request: newRequest(core) }),
  );
}

function newRequest(core: Core) {
  return { slug: newId(), status: 'new', created_at: instantOf(core.clock.now()) };
}

function activityRoutes(scope: FastifyInstance, core: Core): void {
  const path = `${gateway12}/activities`;
  const parameters = { action: 'action', operation_type: 'operation_type', activity_date: 'activity_date' };
  scope.get(path, read, (request, reply) =>
    sendPage(
      core,
      request,
      reply,
      'activities',
      (own) => both(filterFrom(request, own, parameters), linkedTo(core, request, own, 'customer', 'customer')),
      showActivities,
    ),
  );
  scope.post(path, write, async (request, reply) => {
    const view = await createActivity(core, actorOf(request), bodyOf(request));
    return sendCreated(reply, { activity: await showActivity(core, actorOf(request), view) });
  });
  scope.get(`${gateway12}/customers/:slug/activities`, read, async (request, reply) => {
    const { id } = await customerIn(core, request);
    return sendPage(
      core,
      request,
      reply,
      'activities',
      (own) => both(filterFrom(request, own, parameters), linkedToId(own, 'customer', id)),
      showActivities,
    );
  });
  scope.get(`${path}/:slug`, read, async (request, reply) => {
    const own = await findTable(core, actorOf(request), 'activities');
    if (own === undefined) throw new AppError('record_not_found');
    const { row, links } = await get(core, actorOf(request), own, idOfSlug(core, own, slugIn(request)));
    const activity = await showActivity(core, actorOf(request), { table: own.table, row, links });
    return sendData(reply, JSON.stringify({ activity }));
  });
}

function batchRoutes(scope: FastifyInstance, core: Core, kind: BatchKind): void {
  const path = `${gateway12}/${kind === 'customer' ? 'customers' : 'activities'}/batch`;
  scope.post(path, write, async (request, reply) =>
    sendCreated(reply, { [`${kind}_batch`]: await runBatch(core, actorOf(request), kind, bodyOf(request)) }),
  );
  scope.get(`${path}/:slug`, read, async (request, reply) => {
    const batch = await getBatch(core, actorOf(request), kind, slugIn(request));
    return sendData(reply, JSON.stringify({ [`${kind}_batch`]: batch }));
  });
}

export function customerTags(core: Core): Collection {
  return thingsOf(core, 'tags', 'tag');
}

/** Tags and types of actions: things with a title and little else. */
function thingsOf(core: Core, name: CdpName, singular: string): Collection {
  const keys = keysOf(name);
  const valuesOf = (request: FastifyRequest) => {
    const body = bodyOf(request);
    return Object.fromEntries(keys.flatMap((key) => (body[key] === undefined ? [] : [[key, body[key]]])));
  };
  const showAll: Show = async (_core, _actor, own, rows) => rows.map((row) => recordOf(core, own, row));
  const open = async (request: FastifyRequest): Promise<{ own: CdpTable; id: number }> => {
    const own = await findTable(core, actorOf(request), name);
    if (own === undefined) throw new AppError('record_not_found');
    return { own, id: idOfSlug(core, own, slugIn(request)) };
  };
  /** A write-only key is told by which name the thing is found again. */
  const shown = (request: FastifyRequest, { table, row }: RecordView) => {
    const record = recordOf(core, cdpTableOf(table), row);
    return { [singular]: actorOf(request).grant(table).readable === null ? record : { slug: record.slug } };
  };

  return {
    list: (request, reply) =>
      sendPage(core, request, reply, name, (own) => filterFrom(request, own, { title: 'title' }), showAll),
    async create(request, reply) {
      const values = valuesOf(request);
      if (typeof values.title !== 'string' || values.title.trim() === '')
        throw refused('title', 'is required', 'value_required');
      checkValues(name, values);
      const own = await ensureTable(core, actorOf(request), name);
      return sendCreated(reply, shown(request, await create(core, actorOf(request), own, values)));
    },
    async get(request, reply) {
      const { own, id } = await open(request);
      const { row } = await get(core, actorOf(request), own, id);
      return sendData(reply, JSON.stringify({ [singular]: recordOf(core, own, row) }));
    },
    async change(request, reply) {
      const { own, id } = await open(request);
      const view = await update(core, actorOf(request), own, id, valuesOf(request));
      return sendData(reply, JSON.stringify(shown(request, view)));
    },
    async remove(request, reply) {
      const { own, id } = await open(request);
      await remove(core, actorOf(request), own, id);
      return sendData(reply, '{}');
    },
  };
}

const decimalForm = /^\d{1,12}(?:\.\d{1,10})?$/;
const bounds = ['cash_back_minimum', 'cash_back_maximum'] as const;

function gamificationRoutes(scope: FastifyInstance, core: Core): void {
  const path = `${gateway12}/gamification-settings`;
  const settingsOf = (memory: unknown) => {
    const { cash_back_minimum: low = '0.00', cash_back_maximum: high = '0.00' } = objectOf(
      objectOf(memory).gamification,
    );
    return { gamification_settings: { cash_back_minimum: low, cash_back_maximum: high } };
  };
  scope.get(path, read, async (request, reply) => {
    const app = await core.catalog.app(appOf(actorOf(request)));
    return sendData(reply, JSON.stringify(settingsOf(app === undefined ? {} : memoryOf(app))));
  });
  scope.patch(path, change, async (request, reply) => {
    const actor = actorOf(request);
    const app = await core.catalog.app(appOf(actor));
    if (app === undefined) throw new AppError('app_not_found');
    if ((actor.verbs(app.workspace_id, app.id) & verbBits.update) === 0) throw new AppError('scope_missing');
    const body = bodyOf(request);
    const sent: Record<string, string> = {};
    for (const name of bounds) {
      if (body[name] === undefined || body[name] === null) continue;
      const value = body[name];
      const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
      if (!decimalForm.test(text)) throw refused(name, 'must be a decimal number that is not negative');
      sent[name] = Number(text).toFixed(2);
    }
    // Settings of the server's own making: who may write may set them, without the right to change tables.
    const shown = await rememberInApp(core, { ...systemActor, label: actor.label }, app.id, 'formaloo', (memory) => {
      const next = { ...memory, gamification: { ...objectOf(memory.gamification), ...sent } };
      return { memory: next, result: settingsOf(next) };
    });
    return sendData(reply, JSON.stringify(shown));
  });
  scope.post(`${gateway12}/gamification-calculation-jobs`, change, (_request, reply) =>
    sendCreated(reply, { gamification_calculation_job: newRequest(core) }),
  );
}
