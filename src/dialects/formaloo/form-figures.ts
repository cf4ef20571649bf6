/** What is known of forms beside their tables: visits, and the file that was last made of their rows. Asked for once per list. */
import type { Core } from '../../core/context.ts';
import { type TableFile, tableFilesOf } from '../../core/forms/table-file.ts';
import type { Form } from './form.ts';

export interface FormFigures {
  readonly visits: number;
  readonly file: TableFile;
}

const noFile: TableFile = { isRunning: false, file: null, error: null };

export async function figuresOf(core: Core, forms: readonly Form[]): Promise<(form: Form) => FormFigures> {
  const ids = forms.map(({ table }) => table.id);
  const [visits, files] = await Promise.all([core.visits.of(ids), tableFilesOf(core, ids)]);
  return ({ table }) => ({ visits: visits.get(table.id) ?? 0, file: files.get(table.id) ?? noFile });
}
