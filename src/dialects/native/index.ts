/** The native API: `/api/v1`, bearer keys, problem+json errors, cursors. */
import type { FastifyInstance } from 'fastify';
import type { Core } from '../../core/context.ts';
import { corsHeaders } from '../../http/cors.ts';
import type { Dialect } from '../dialect.ts';
import { findCredential } from './credential.ts';
import { renderError } from './errors.ts';
import { collectOperations } from './openapi/operations.ts';
import { readJsonOnly } from './read-json-only.ts';
import { appRoutes } from './routes/apps.ts';
import { documentRoutes } from './routes/documents.ts';
import { errorRoutes } from './routes/errors.ts';
import { exportRoutes } from './routes/export.ts';
import { fieldRoutes } from './routes/fields.ts';
import { fileRoutes } from './routes/files.ts';
import { importRoutes } from './routes/imports.ts';
import { keyRoutes } from './routes/keys.ts';
import { logRoutes } from './routes/logs.ts';
import { meRoutes } from './routes/me.ts';
import { memberRoutes } from './routes/members.ts';
import { planRoutes } from './routes/plans.ts';
import { pushRoutes } from './routes/push.ts';
import { pushPageRoutes } from './routes/push-pages.ts';
import { recordBatchRoutes } from './routes/record-batches.ts';
import { recordRoutes } from './routes/records.ts';
import { referenceRoutes } from './routes/reference.ts';
import { tableRoutes } from './routes/tables.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { workspaceRoutes } from './routes/workspaces.ts';
import { typed } from './typed-scope.ts';
import { createNativeFormat, nativeFormat } from './webhook-format.ts';

export const native: Dialect = {
  name: 'native',
  owns: (path) => path === '/api' || path.startsWith('/api/'),
  findCredential,
  renderError,
  tellsMethods: true,
  cors: corsHeaders(
    'Authorization, Content-Type, Accept, Idempotency-Key, If-Match, If-None-Match',
    'ETag, Idempotency-Replayed, Location',
  ),
  routes(scope: FastifyInstance, core: Core) {
    readJsonOnly(scope);
    core.webhooks.addFormat(nativeFormat, createNativeFormat(core));
    const operations = collectOperations(scope);
    const routes = typed(scope);
    recordRoutes(routes, core);
    recordBatchRoutes(routes, core);
    exportRoutes(routes, core);
    importRoutes(routes, core);
    tableRoutes(routes, core);
    fieldRoutes(routes, core);
    appRoutes(routes, core);
    workspaceRoutes(routes, core);
    memberRoutes(routes, core);
    fileRoutes(routes, core);
    keyRoutes(routes, core);
    meRoutes(routes, core);
    logRoutes(routes, core);
    webhookRoutes(routes, core);
    pushRoutes(routes, core);
    pushPageRoutes(routes);
    planRoutes(routes, core);
    errorRoutes(routes);
    documentRoutes(routes, core, operations);
    referenceRoutes(routes);
  },
};
