/** Formaloo (wire/formaloo.md): key pairs with short-lived tokens, forms, public submission, rows; every answer in an envelope. */
import type { FastifyInstance } from 'fastify';
import type { Core } from '../../core/context.ts';
import { corsHeaders } from '../../http/cors.ts';
import type { Dialect } from '../dialect.ts';
import { cdpRoutes, customerTags } from './cdp/routes.ts';
import { byVersion, mountCollection } from './collection.ts';
import { findCredential, refuseBareKey } from './credential.ts';
import { renderError } from './errors.ts';
import { createFormFinder } from './find-form.ts';
import { pageRoutes } from './page/page-routes.ts';
import { isOwnPath, modern } from './paths.ts';
import { readBodies } from './read-body.ts';
import { businessRoutes } from './routes/businesses.ts';
import { displayRoutes } from './routes/displays.ts';
import { fieldRoutes } from './routes/fields.ts';
import { fileRoutes, uploadRoutes } from './routes/files.ts';
import { formTagRoutes, formTags } from './routes/form-tags.ts';
import { formRoutes } from './routes/forms.ts';
import { geographyRoutes } from './routes/geography.ts';
import { profileRoutes } from './routes/profile.ts';
import { rowRoutes } from './routes/row.ts';
import { rowTagRoutes } from './routes/row-tags.ts';
import { rowsRoutes } from './routes/rows.ts';
import { spreadsheetRoutes } from './routes/spreadsheets.ts';
import { submitRoutes } from './routes/submit.ts';
import { tokenRoutes } from './routes/token.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { createFormat, formatName } from './webhook-format.ts';

export const formaloo: Dialect = {
  name: 'formaloo',
  owns: isOwnPath,
  findCredential,
  renderError,
  tellsMethods: true,
  cors: corsHeaders('x-api-key, Authorization, Content-Type, Accept, x-workspace, x-app-id, x-scope'),
  routes(scope: FastifyInstance, core: Core) {
    core.webhooks.addFormat(formatName, createFormat(core));
    // Behind the check of the key, which every route begins with.
    scope.addHook('onRoute', (route) => {
      const access = route.config?.access;
      if (access === 'open' || access === 'key') return;
      const before = route.onRequest === undefined ? [] : [route.onRequest].flat();
      route.onRequest = [...before, refuseBareKey(access)];
    });
    const forms = createFormFinder(core);
    scope.register(async (bodies) => {
      readBodies(bodies, core);
      tokenRoutes(bodies, core);
      profileRoutes(bodies, core, forms);
      businessRoutes(bodies, core);
      formRoutes(bodies, core, forms);
      fieldRoutes(bodies, core, forms);
      displayRoutes(bodies, core, forms);
      submitRoutes(bodies, core, forms);
      rowsRoutes(bodies, core, forms);
      rowRoutes(bodies, core, forms);
      rowTagRoutes(bodies, core, forms);
      formTagRoutes(bodies, core);
      spreadsheetRoutes(bodies, core, forms);
      webhookRoutes(bodies, core, forms);
      fileRoutes(bodies, core);
      cdpRoutes(bodies, core);
      // Tags of customers at first, of forms later (wire/formaloo.md §1).
      mountCollection(bodies, `${modern}/tags`, byVersion(customerTags(core), formTags(core)), 'token_or_write');
      geographyRoutes(bodies, core);
    });
    scope.register(async (uploads) => uploadRoutes(uploads, core, forms));
    scope.register(async (pages) => pageRoutes(pages, core));
  },
};
