/** The routes of Formaloo, in one of their versions: the versions are one pattern. Slugs are the beginnings of ids. */
import { createHash } from 'node:crypto';
import type { RouteCase, RouteCases } from './route-case.ts';
import type { Names } from './world.ts';

const slugLength = 8;
const slug = (id: string): string => id.slice(0, slugLength);

const modern = (names: Names, id: string) => ({ version: 'v3.0', slug: slug(id), app: names.app });
const legacy = (id: string) => ({ version: 'v1', slug: slug(id) });

const self = { door: 'formaloo', path: () => ({ version: 'v3.0' }), needs: 'any key' } as const satisfies RouteCase;
const ofForm = {
  door: 'formaloo',
  of: 'table',
  path: (names: Names) => modern(names, names.table),
} as const satisfies Partial<RouteCase>;
const ofLegacyForm = { ...ofForm, path: ({ table }: Names) => legacy(table) } as const satisfies Partial<RouteCase>;
const ofField = { ...ofForm, path: (names: Names) => modern(names, names.field) } as const satisfies Partial<RouteCase>;

const ofRow = {
  ...ofForm,
  path: ({ recordSlug }: Names) => ({ version: 'v3.0', slug: recordSlug }),
} as const satisfies Partial<RouteCase>;
/** Forms of the public have an address as well, worked out from the table's id. */
const ofAddress = {
  ...ofForm,
  needs: 'read',
  path: ({ table }: Names) => ({ version: 'v3.0', slug: addressOf(table) }),
} as const satisfies RouteCase;

const answers = ({ field }: Names) => ({ [slug(field)]: 'new' });
const rows = ({ recordSlug }: Names) => ({ slugs_list: [recordSlug] });
const newForm = () => ({ title: 'New' });
const newField = ({ table }: Names) => ({ form: slug(table), title: 'New', type: 'short_text' });
/** A form or field of strangers in the body. */
const insideField = [{ what: 'form', body: (_own: Names, other: Names) => newField(other) }];
const manyAnswers = { ...ofForm, needs: 'delete', body: rows } as const satisfies RouteCase;

const hooked = {
  ...ofForm,
  needs: 'webhooks',
  path: (names: Names) => ({ ...modern(names, names.table), webhook: names.formWebhook, event: names.formEvent }),
} as const satisfies RouteCase;
/** Of the key's own app: what another app has under the slug is not there. */
const shelved = {
  ...ofForm,
  path: ({ tag }: Names) => ({ version: 'v3.0', slug: tag }),
} as const satisfies Partial<RouteCase>;
const shelf = { ...self, of: 'own', needs: 'schema', body: () => ({ title: 'New' }) } as const satisfies RouteCase;
const ofRowTag = {
  ...ofForm,
  path: (names: Names) => ({ ...modern(names, names.table), tag: names.tag }),
} as const satisfies Partial<RouteCase>;
const retitled = () => ({ title: 'Newer' });
const shelves: RouteCases = Object.fromEntries(
  ['tags', 'form-tags', 'forms/category'].flatMap((name): [string, RouteCase][] => [
    [`GET /:version/${name}`, self],
    [`POST /:version/${name}`, shelf],
    [`GET /:version/${name}/:slug`, { ...shelved, needs: 'read' }],
    [`PATCH /:version/${name}/:slug`, { ...shelved, needs: 'schema', body: retitled }],
    [`PUT /:version/${name}/:slug`, { ...shelved, needs: 'schema', body: retitled }],
    [`DELETE /:version/${name}/:slug`, { ...shelved, needs: 'schema' }],
  ]),
);
const openList = {
  ...self,
  door: 'open',
  path: () => ({ version: 'v1' }),
  needs: 'anybody',
} as const satisfies RouteCase;
/** Customers and what belongs to them: of the key's own app, in tables that are made when they are first written to. */
const made = (body: () => object) => ({ ...self, of: 'own', needs: 'create', body }) as const satisfies RouteCase;
/** Nothing was written yet: what is named is not there for anybody. */
const notMade = {
  ...self,
  path: () => ({ version: 'v1.0', slug: 'nothing' }),
  ownerGets: 404,
} as const satisfies RouteCase;
const customer = () => ({ email: 'customer@example.com' });
const inFirstGateways = (known: RouteCase): RouteCase => ({
  ...known,
  path: (names) => ({ ...known.path(names), version: 'v1.0' }),
});
const customers: RouteCases = Object.fromEntries(
  Object.entries({
    'GET /:version/customers': self,
    'POST /:version/customers': made(customer),
    'GET /:version/customers/:slug': notMade,
    'PATCH /:version/customers/:slug': { ...notMade, body: customer },
    'PUT /:version/customers/:slug': { ...notMade, body: customer },
    'DELETE /:version/customers/:slug': notMade,
    'POST /:version/customers/:slug/gdpr-data-requests': notMade,
    'POST /:version/customers/:slug/gdpr-delete-requests': notMade,
    'POST /:version/businesses/business/gdpr-delete-requests': self,
    'GET /:version/customers/:slug/notes': notMade,
    'POST /:version/customers/:slug/notes': { ...notMade, body: () => ({ text: 'New' }) },
    'GET /:version/customers/:slug/activities': notMade,
    'POST /:version/customers/bulk-delete': { ...self, body: () => ({ customers: ['nothing'] }) },
    'POST /:version/customers/bulk-tag': {
      ...self,
      ownerGets: 400,
      body: () => ({ customers: ['nothing'], tags: [{ title: 'New' }] }),
    },
    'POST /:version/customers/batch': made(() => ({ customers_data: [customer()] })),
    'GET /:version/customers/batch/:slug': notMade,
    'GET /:version/activities': self,
    'POST /:version/activities': made(() => ({ action: 'order', customer: customer() })),
    'GET /:version/activities/:slug': notMade,
    'POST /:version/activities/batch': made(() => ({ activities_data: [{ action: 'order', customer: customer() }] })),
    'GET /:version/activities/batch/:slug': notMade,
    'GET /:version/action-types': self,
    'POST /:version/action-types': made(() => ({ title: 'New' })),
    'GET /:version/action-types/:slug': notMade,
    'PATCH /:version/action-types/:slug': { ...notMade, body: () => ({ title: 'New' }) },
    'PUT /:version/action-types/:slug': { ...notMade, body: () => ({ title: 'New' }) },
    'DELETE /:version/action-types/:slug': notMade,
    'GET /:version/action-type-groups': self,
    'GET /:version/gamification-settings': self,
    'PATCH /:version/gamification-settings': {
      ...self,
      of: 'own',
      needs: 'update',
      // wire/formaloo.md §2.3: the write-only key too.
      orElse: 'create',
      body: () => ({ cash_back_minimum: 1 }),
    },
    'POST /:version/gamification-calculation-jobs': self,
    'GET /:version/countries': self,
    'GET /:version/cities': self,
    'GET /:version/languages': self,
    'GET /:version/countries/:slug/states': { ...self, path: () => ({ version: 'v1.0', slug: 'DE' }) },
  } satisfies RouteCases).map(([name, known]) => [name, inFirstGateways(known)]),
);
const newWebhook = () => ({ url: 'http://127.0.0.1:9/', title: 'New' });

export const formalooRoutes: RouteCases = {
  ...customers,
  // It takes a secret key in the place of a token: without one it refuses, as everything does.
  'POST /:version/oauth2/authorization-token': { ...self, door: 'open', needs: 'anybody', ownerGets: 401 },
  'GET /:version/profile': self,
  'PATCH /:version/profile': { ...self, body: () => ({}) },
  'GET /:version/profiles/me': self,
  'GET /:version/forms-profile': self,
  'GET /:version/profiles/profile/me': { ...self, path: () => ({ version: 'v1' }) },
  'GET /:version/businesses': self,
  // There is one: that of the key, whatever the path says.
  'GET /:version/businesses/:slug': { ...self, path: ({ app }) => ({ version: 'v3.0', slug: app }) },
  'PATCH /:version/businesses/:slug': { ...self, path: ({ app }) => ({ version: 'v3.0', slug: app }) },
  'GET /:version/keys': { ...self, needs: 'manage', of: 'own' },

  'GET /:version/forms': self,
  'GET /:version/forms/list': { ...self, path: () => ({ version: 'v1' }) },
  'GET /:version/forms/:slug': { ...ofForm, needs: 'read' },
  'GET /:version/forms/form/:slug': { ...ofLegacyForm, needs: 'read' },
  'POST /:version/forms': { ...self, needs: 'schema', of: 'own', body: newForm },
  'POST /:version/forms/form': {
    ...self,
    path: () => ({ version: 'v1' }),
    needs: 'schema',
    of: 'own',
    body: newForm,
  },
  'PATCH /:version/forms/:slug': { ...ofForm, needs: 'schema', body: newForm },
  'PUT /:version/forms/:slug': { ...ofForm, needs: 'schema', body: newForm },
  'PATCH /:version/forms/form/:slug': { ...ofLegacyForm, needs: 'schema', body: newForm },
  'PUT /:version/forms/form/:slug': { ...ofLegacyForm, needs: 'schema', body: newForm },
  'DELETE /:version/forms/:slug': { ...ofForm, needs: 'schema' },
  'DELETE /:version/forms/form/:slug': { ...ofLegacyForm, needs: 'schema' },
  'DELETE /:version/form-fields/:slug': { ...ofForm, needs: 'schema' },
  'GET /:version/form-fields/:slug': { ...ofForm, needs: 'read' },
  'PATCH /:version/form-fields/:slug': { ...ofForm, needs: 'schema', body: () => ({ form: { title: 'New' } }) },
  'PUT /:version/form-fields/:slug': { ...ofForm, needs: 'schema', body: () => ({ form: { title: 'New' } }) },
  'POST /:version/forms/:slug/excel-export': { ...ofForm, needs: 'read' },
  'POST /:version/forms/form/:slug/excel': { ...ofLegacyForm, needs: 'read' },
  'POST /:version/forms/:slug/import-rows': {
    ...ofForm,
    needs: 'create',
    and: 'read',
    body: ({ field }) => ({ header: [slug(field)], rows: [['new']] }),
  },
  'GET /:version/forms/:slug/import-rows/sample-file': { ...ofForm, needs: 'create', and: 'read' },
  'POST /:version/forms/:slug/copy': { ...ofForm, needs: 'schema' },
  'POST /:version/forms/form/copy': {
    ...ofLegacyForm,
    needs: 'schema',
    body: ({ table }) => ({ copied_form: slug(table) }),
  },

  'GET /:version/fields': self,
  'GET /:version/fields/:slug': { ...ofField, needs: 'read' },
  'GET /:version/fields/:slug/choices': { ...ofField, needs: 'read' },
  'POST /:version/fields': { ...ofForm, needs: 'schema', body: newField, inside: insideField, isInBody: true },
  'POST /:version/fields/:path': {
    ...ofForm,
    path: () => ({ version: 'v3.0', path: 'short_text' }),
    needs: 'schema',
    body: newField,
    inside: insideField,
    isInBody: true,
  },
  'POST /:version/fields/duplicate': {
    ...ofForm,
    needs: 'schema',
    body: ({ field }) => ({ copied_field: slug(field) }),
    inside: [{ what: 'field', body: (_own, { field }) => ({ copied_field: slug(field) }) }],
    isInBody: true,
  },
  'PATCH /:version/fields/:slug': { ...ofField, needs: 'schema', body: () => ({ description: 'new' }) },
  'PUT /:version/fields/:slug': { ...ofField, needs: 'schema', body: () => ({ description: 'new' }) },
  'PATCH /:version/fields/:slug/type': { ...ofField, needs: 'schema', body: () => ({ type: 'long_text' }) },
  'DELETE /:version/fields/:slug': { ...ofField, needs: 'schema' },

  'GET /:version/form-displays/slug/:slug': { ...ofForm, needs: 'read' },
  'GET /:version/form-displays/address/:slug': ofAddress,
  'GET /:version/forms/form/:slug/show': {
    ...ofAddress,
    path: ({ table }) => ({ version: 'v1', slug: addressOf(table) }),
  },
  'GET /:version/form-displays/by-domain': { ...self, query: () => 'domain=example.com', ownerGets: 404 },
  'GET /:version/form-displays/tag/:slug': {
    ...self,
    path: () => ({ version: 'v3.0', slug: 'nothing' }),
  },
  'POST /:version/form-displays/slug/:slug/submit': { ...ofForm, needs: 'create', body: answers },
  'POST /:version/forms/form/:slug/submit': { ...ofLegacyForm, needs: 'create', body: answers },

  'GET /:version/forms/:slug/stats': { ...ofForm, needs: 'read' },
  'GET /:version/draft-rows/:slug': {
    ...ofForm,
    path: ({ draft }) => ({ version: 'v3.0', slug: draft }),
    needs: 'read',
  },
  // Who may submit may go on with what they have begun.
  'PATCH /:version/draft-rows/:slug': {
    ...ofForm,
    path: ({ draft }) => ({ version: 'v3.0', slug: draft }),
    needs: 'update',
    orElse: 'create',
    body: answers,
  },
  'GET /:version/row-results/:slug': {
    ...ofForm,
    path: ({ submission }) => ({ version: 'v3.0', slug: submission }),
    needs: 'read',
  },
  'GET /:version/forms/:slug/row-tags': { ...ofForm, needs: 'read' },
  'POST /:version/forms/:slug/row-tags': { ...ofForm, needs: 'schema', body: () => ({ title: 'New' }) },
  'GET /:version/forms/:slug/row-tags/:tag': { ...ofRowTag, needs: 'read' },
  'PATCH /:version/forms/:slug/row-tags/:tag': { ...ofRowTag, needs: 'schema', body: retitled },
  'PUT /:version/forms/:slug/row-tags/:tag': { ...ofRowTag, needs: 'schema', body: retitled },
  'DELETE /:version/forms/:slug/row-tags/:tag': { ...ofRowTag, needs: 'schema' },
  ...shelves,
  'GET /:version/forms/templates': self,
  'GET /:version/payment-methods': self,
  'GET /:version/forms/templates/list': openList,
  'GET /:version/forms/templates/categories': openList,
  'POST /:version/private-files': {
    ...ofForm,
    path: () => ({ version: 'v3.0' }),
    needs: 'read',
    isHidden: true,
    body: ({ file }) => ({ file_path: `http://tessera.test/files/${file}/name.txt` }),
  },
  'POST /:version/files': {
    ...self,
    of: 'own',
    needs: 'create',
    orElse: 'update',
    body: () =>
      Buffer.from('--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\ncontent\r\n--b--\r\n'),
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  },

  'GET /:version/forms/:slug/webhooks': hooked,
  'POST /:version/forms/:slug/webhooks': { ...hooked, body: newWebhook },
  'GET /:version/forms/:slug/webhooks/:webhook': hooked,
  'PATCH /:version/forms/:slug/webhooks/:webhook': { ...hooked, body: newWebhook },
  'PUT /:version/forms/:slug/webhooks/:webhook': { ...hooked, body: newWebhook },
  'DELETE /:version/forms/:slug/webhooks/:webhook': hooked,
  'GET /:version/forms/:slug/webhooks/:webhook/sample-data': hooked,
  'POST /:version/forms/:slug/webhooks/:webhook/send-test': hooked,
  'GET /:version/forms/:slug/webhooks/:webhook/events': hooked,
  'GET /:version/forms/:slug/webhooks/:webhook/events/:event': hooked,

  'GET /:version/forms/:slug/rows': { ...ofForm, needs: 'read' },
  'GET /:version/forms/form/:slug/submits': { ...ofLegacyForm, needs: 'read' },
  'POST /:version/forms/:slug/rows': { ...ofForm, needs: 'create', body: answers },
  'POST /:version/forms/:slug/rows/bulk-delete': manyAnswers,
  'DELETE /:version/forms/:slug/rows/bulk-delete': manyAnswers,
  'GET /:version/rows': self,
  'GET /:version/rows/:slug': { ...ofRow, needs: 'read' },
  'PATCH /:version/rows/:slug': { ...ofRow, needs: 'update', body: answers },
  'PUT /:version/rows/:slug': { ...ofRow, needs: 'update', body: answers },
  'DELETE /:version/rows/:slug': { ...ofRow, needs: 'delete' },
};

/** wire/formaloo.md §3: lower-case letters and digits, as the dialect works them out. */
function addressOf(tableId: string): string {
  const number = createHash('sha256').update(tableId).digest().readUIntBE(0, 6);
  return number.toString(36).padStart(slugLength, '0').slice(0, slugLength);
}
