/** Routes that ask nobody who they are: health, and the content of files. */
import { addressOf } from '../../src/dialects/formaloo/slugs.ts';
import type { RouteCase, RouteCases } from './route-case.ts';

const open = { door: 'open', path: () => ({}), needs: 'anybody' } as const;
/** A private file opens to a signed link alone; without one it is not there. */
const file: RouteCase = { ...open, path: ({ file: id }) => ({ id, '*': 'name.txt' }), ownerGets: 404 };

/** Tables that were not made as forms, as here, have no page. */
const formPage: RouteCase = {
  ...open,
  path: ({ table }) => ({ address: addressOf(table), field: table.slice(0, 8) }),
  ownerGets: 404,
};

export const openRoutes: RouteCases = {
  'GET /healthz': open,
  'GET /readyz': open,
  'GET /metrics': open,
  'GET /push/client.js': open,
  'GET /push/worker.js': open,
  'GET /push/demo.js': open,
  'GET /push/demo.css': open,
  'GET /push/demo': open,
  'GET /f/form.css': open,
  'GET /f/form.js': open,
  'GET /f/embed.js': open,
  'GET /f/:address': formPage,
  'POST /f/:address': formPage,
  'GET /f/:address/done': formPage,
  'GET /f/:address/choices/:field': formPage,
  'GET /files/:id': file,
  'GET /files/:id/*': file,
};
