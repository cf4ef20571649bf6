/** Routes that ask nobody who they are: health, and the content of files. */
import type { RouteCase, RouteCases } from './route-case.ts';

const open = { door: 'open', path: () => ({}), needs: 'anybody' } as const;
/** A private file opens to a signed link alone; without one it is not there. */
const file: RouteCase = { ...open, path: ({ file: id }) => ({ id, '*': 'name.txt' }), ownerGets: 404 };

export const openRoutes: RouteCases = {
  'GET /healthz': open,
  'GET /readyz': open,
  'GET /metrics': open,
  'GET /push/client.js': open,
  'GET /push/worker.js': open,
  'GET /push/demo.js': open,
  'GET /push/demo.css': open,
  'GET /push/demo': open,
  'GET /files/:id': file,
  'GET /files/:id/*': file,
};
