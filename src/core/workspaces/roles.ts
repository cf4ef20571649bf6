/** Roles of workspace members and the verbs each may use. */
export const roles = ['owner', 'admin', 'editor', 'viewer'] as const;
export type Role = (typeof roles)[number];

/**
 * What can be done, as bits so that a check is one AND. `read create update delete` act on records, `schema` on tables and
 * fields, `push` and `webhooks` on those features, `manage` on keys, members, usage, audit and limits.
 */
export const verbBits = {
  read: 1,
  create: 2,
  update: 4,
  delete: 8,
  schema: 16,
  push: 32,
  webhooks: 64,
  manage: 128,
} as const;

export type Verb = keyof typeof verbBits;
export const verbs = Object.keys(verbBits) as Verb[];

const records = verbBits.read | verbBits.create | verbBits.update | verbBits.delete;
export const allVerbs = 255;

export const roleVerbs: Record<Role, number> = {
  owner: allVerbs,
  admin: allVerbs,
  editor: records,
  viewer: verbBits.read,
};
