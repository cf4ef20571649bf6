/** What Retable creates along: a project, a table, a column, a blank row (wire/retable.md §4.1). */
import type { AppInput } from '../../core/apps/create-app.ts';
import type { TableInput } from '../../core/tables/create-table.ts';

/** The template that every new workspace begins with. */
const firstProjectName = 'To-Do List';

/** `Retable 1`, `Retable 2`, …: numbered by how many tables the project ever had. */
function numberedTitle(number: number): string {
  return `Retable ${number}`;
}

/** Clients skip row 1 of a table that they made, so it has to be there. */
export function newTable(title: string | null, description: string | null): TableInput {
  return {
    name: title ?? numberedTitle,
    description,
    fields: [{ name: 'Name', type: 'text', foreign: { retable: { type: 'text' } } }],
    emptyRecords: 1,
  };
}

export function newProject(name: string, description: string | null, color: string | null): AppInput {
  return { name, description, color, tables: [newTable(null, null)] };
}

export const firstProject: AppInput = newProject(firstProjectName, null, null);
