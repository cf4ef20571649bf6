/** What is known about every route, of all dialects. */
import type { RouteCases } from './route-case.ts';
import { adaloRoutes } from './routes-adalo.ts';
import { formalooRoutes } from './routes-formaloo.ts';
import { nativeRoutes } from './routes-native.ts';
import { openRoutes } from './routes-open.ts';
import { retableRoutes } from './routes-retable.ts';

export const routeCases: RouteCases = {
  ...openRoutes,
  ...nativeRoutes,
  ...adaloRoutes,
  ...retableRoutes,
  ...formalooRoutes,
};
