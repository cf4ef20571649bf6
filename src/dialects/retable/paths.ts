/** Paths with their plural spellings: `/workspace/:id/project` is also `/workspaces/:id/projects` (wire/retable.md §4). */

/** Segments that clients write in the plural too. */
const plurals: Readonly<Record<string, string>> = {
  workspace: 'workspaces',
  project: 'projects',
  retable: 'retables',
  column: 'columns',
};

export function spellingsOf(path: string): string[] {
  return path
    .split('/')
    .map((segment) => {
      const plural = plurals[segment];
      return plural === undefined ? [segment] : [segment, plural];
    })
    .reduce((paths, segments) => paths.flatMap((start) => segments.map((segment) => `${start}/${segment}`)));
}
