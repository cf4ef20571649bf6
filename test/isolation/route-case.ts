/** What the matrix has to know about a route besides that it is there. */
import type { Verb } from '../../src/core/workspaces/roles.ts';
import type { DoorName } from './doors.ts';
import type { Names, World } from './world.ts';

export interface RouteCase {
  readonly door: DoorName | 'open';
  /**
   * Who is answered. A verb: who may do that with the thing that the path names. `anybody`: no credential is asked for.
   * `whoever is in`: who may do anything with the thing, and sees as much of it.
   * `any key`: every good credential, about its holder. `operator`: no credential at all.
   */
  readonly needs: Verb | 'whoever is in' | 'anybody' | 'any key' | 'operator';
  /** Another verb that is as good. */
  readonly orElse?: Verb;
  /** Another verb that is needed as well. */
  readonly and?: Verb;
  /** That of any table of the app is enough. */
  readonly inAnyTable?: boolean;
  /** Who is in and may not is told that it is not there. */
  readonly isHidden?: boolean;
  /** The refusal of strangers is about the body: it has another status than that of a path. */
  readonly isInBody?: boolean;
  /** What the path names: where a key that is bound to an app ends. `own`: nothing, it is the app of the key. */
  readonly of?: 'workspace' | 'app' | 'table' | 'own';
  /** Values of the path's parameters, by name. */
  readonly path: (names: Names) => Readonly<Record<string, string | number>>;
  readonly query?: (names: Names) => string;
  /** With it, the owner of the target succeeds. */
  readonly body?: (world: World) => unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Places besides the path that take ids: the same request with the ids of strangers and of nobody is answered alike. */
  readonly inside?: readonly {
    readonly what: string;
    readonly query?: (own: World, other: Names) => string;
    readonly body?: (own: World, other: Names) => unknown;
  }[];
  /** Why the owner is refused all the same. */
  readonly ownerGets?: number;
}

/** By `METHOD /pattern`. */
export type RouteCases = Readonly<Record<string, RouteCase>>;
