/** The routes of Formaloo, in one of their versions: the versions are one pattern. Slugs are the beginnings of ids. */
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

const answers = ({ field }: Names) => ({ [slug(field)]: 'new' });

export const formalooRoutes: RouteCases = {
  // It takes a secret key in the place of a token: without one it refuses, as everything does.
  'POST /:version/oauth2/authorization-token': { ...self, door: 'open', needs: 'anybody', ownerGets: 401 },
  'GET /:version/profile': self,
  'GET /:version/profiles/me': self,
  'GET /:version/forms-profile': self,
  'GET /:version/profiles/profile/me': { ...self, path: () => ({ version: 'v1' }) },

  'GET /:version/forms': self,
  'GET /:version/forms/list': { ...self, path: () => ({ version: 'v1' }) },
  'GET /:version/forms/:slug': { ...ofForm, needs: 'read' },
  'GET /:version/forms/form/:slug': { ...ofLegacyForm, needs: 'read' },
  'GET /:version/fields': self,
  'GET /:version/fields/:slug': { ...ofField, needs: 'read' },
  'POST /:version/form-displays/slug/:slug/submit': { ...ofForm, needs: 'create', body: answers },
  'POST /:version/forms/form/:slug/submit': { ...ofLegacyForm, needs: 'create', body: answers },
};
