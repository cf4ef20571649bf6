/** JSON Lines: one object per record, values by field name as the API shows them. Keeps everything that a record holds. */
import type { Json } from '../fields/field-type.ts';
import type { ExportTable } from './export-table.ts';
import { readCellOf } from './read-cells.ts';

export async function* writeJsonl({ columns, pieces }: ExportTable): AsyncGenerator<Uint8Array> {
  const cells = columns.map(({ field, title }) => ({ name: title, read: readCellOf(field) }));
  for await (const { rows, links } of pieces) {
    let text = '';
    for (const row of rows) {
      const record: Record<string, Json> = {};
      for (const { name, read } of cells) record[name] = read(row, links);
      text += `${JSON.stringify(record)}\n`;
    }
    yield Buffer.from(text);
  }
}
