/**
 * Plans: what a workspace may have. They are rows that an operator can edit; three are shipped. The limit that applies to a key
 * is the nearest one that says anything: the key's, its app's, its workspace's, its plan's.
 */
import type { Json } from '../fields/field-type.ts';
import type { KeyKind } from '../keys/scopes.ts';
import type { AppRow, KeyRow, PlanRow, WorkspaceRow } from '../system-rows.ts';

export interface PlanFeatures {
  readonly api_access: boolean;
  /** Personal keys that one user may have in one workspace. */
  readonly personal_keys_per_user: number;
  /** Bytes of one uploaded file. */
  readonly file_bytes_max: number;
  /** Calls per second by kind of key; 0: no limit. */
  readonly limits: Readonly<Record<KeyKind, number>>;
}

/** wire/adalo.md §3: 5 per second and app; wire/retable.md §2.4: 12 per key; the pair's service publishes none (wire/formaloo.md §1.3). */
const foreignLimits = { app: 5, pair: 20, personal: 12 } as const;

const mebibyte = 1024 * 1024;

function plan(
  id: string,
  name: string,
  position: number,
  hasApi: boolean,
  nativePerSecond: number,
  fileMebibytes: number,
): PlanRow {
  const limits = { ...foreignLimits, native: nativePerSecond };
  const file_bytes_max = fileMebibytes * mebibyte;
  return { id, name, position, features: { api_access: hasApi, personal_keys_per_user: 2, file_bytes_max, limits } };
}

export const shippedPlans: readonly PlanRow[] = [
  plan('free', 'Free', 0, false, 10, 5),
  plan('team', 'Team', 1, true, 100, 20),
  // What a server of one's own starts with: native calls are limited beyond what one core can answer, and no earlier.
  plan('business', 'Business', 2, true, 50_000, 50),
];

/** What holds where a row says nothing readable: no access, the foreign limits, files of a middle size. */
const absent: PlanFeatures = {
  api_access: false,
  personal_keys_per_user: 0,
  file_bytes_max: 20 * mebibyte,
  limits: { ...foreignLimits, native: 10 },
};

const wholeNumber = (value: Json | undefined): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;

const object = (value: Json | undefined): Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, Json>>) : {};

export function planFeatures(row: PlanRow): PlanFeatures {
  const limits = object(row.features.limits);
  const limitOf = (kind: KeyKind) => wholeNumber(limits[kind]) ?? absent.limits[kind];
  return {
    api_access: row.features.api_access === true,
    personal_keys_per_user: wholeNumber(row.features.personal_keys_per_user) ?? absent.personal_keys_per_user,
    file_bytes_max: wholeNumber(row.features.file_bytes_max) ?? absent.file_bytes_max,
    limits: { app: limitOf('app'), pair: limitOf('pair'), personal: limitOf('personal'), native: limitOf('native') },
  };
}

export interface Limited {
  readonly key: Pick<KeyRow, 'kind' | 'limit_per_second'>;
  readonly app: Pick<AppRow, 'limits'> | null;
  readonly workspace: Pick<WorkspaceRow, 'limits'>;
  readonly features: PlanFeatures;
}

/** Calls per second of a key; 0: no limit. */
export function resolveLimit({ key, app, workspace, features }: Limited): number {
  return (
    key.limit_per_second ??
    wholeNumber(app?.limits[key.kind]) ??
    wholeNumber(workspace.limits[key.kind]) ??
    features.limits[key.kind]
  );
}
