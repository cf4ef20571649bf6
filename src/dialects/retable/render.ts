/**
 * Rows as JSON text in their two forms: v1 lists cells in table order, v2 keys them by title (wire/retable.md §6). Compiled
 * once per version of a table and choice of columns.
 */
import type { Field } from '../../core/fields/field-type.ts';
import { type Projection, projectionOf, type StoredRow } from '../../core/records/query.ts';
import { type Links, recordId } from '../../core/records/record-view.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { type CellText, cellTextOf, isUpdated, personSlotsOf, rowTime, slotsOf } from './cells.ts';
import { columnsOf } from './fields.ts';
import type { People } from './people.ts';

export interface RowRenderer {
  readonly relations: readonly Field[];
  /** Slots of a row that name people. */
  readonly personSlots: readonly number[];
  /** What it reads of a row. */
  readonly projection: Projection;
  render(row: StoredRow, links: Links, people: People): string;
}

interface Part {
  /** The text before the cell's value. */
  readonly head: string;
  readonly text: CellText;
}

type Compile = (fields: readonly Field[]) => RowRenderer;

const createdBySlot = 3;
const updatedBySlot = 4;
/** What v1 shows of every row beside its cells: id, when and by whom. */
const everyRow = [0, 1, 2, createdBySlot, updatedBySlot];
/** Choices of columns kept per table: callers choose them freely. */
const choicesMax = 100;

/** Texts of numbers and dates need no escaping, and most others turn out not to. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const needsEscape = /["\\\u0000-\u001f\ud800-\udfff]/;

function jsonText(text: string): string {
  return needsEscape.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function compileV1(fields: readonly Field[]): RowRenderer {
  const parts = fields.map((field, index): Part => {
    const head = `${index === 0 ? '' : '},'}{"column_id":"${field.id}","title":${JSON.stringify(field.name)},"cell_value":`;
    return { head, text: cellTextOf(field) };
  });
  const tail = parts.length === 0 ? ']}' : '}]}';
  return {
    relations: relationsOf(fields),
    personSlots: [...new Set([createdBySlot, updatedBySlot, ...fields.flatMap(personSlotsOf)])],
    projection: projectionOf([...everyRow, ...fields.flatMap(slotsOf)]),
    render(row, links, people) {
      const updated = isUpdated(row)
        ? `"${rowTime(row[2])}","created_by":${people.json(row[3])},"updated_by":${people.json(row[4])}`
        : `null,"created_by":${people.json(row[3])},"updated_by":null`;
      let text = `{"row_id":${recordId(row)},"created_at":"${rowTime(row[1])}","updated_at":${updated},"columns":[`;
      for (const part of parts) text += part.head + jsonText(part.text(row, links, people));
      return text + tail;
    },
  };
}

function compileV2(fields: readonly Field[]): RowRenderer {
  const parts = fields.map((field, index): Part => {
    return { head: `${index === 0 ? '' : ','}${JSON.stringify(field.name)}:`, text: cellTextOf(field) };
  });
  return {
    relations: relationsOf(fields),
    personSlots: fields.flatMap(personSlotsOf),
    projection: projectionOf(fields.flatMap(slotsOf)),
    render(row, links, people) {
      let text = `{"row_id":${recordId(row)},"fields":{`;
      for (const part of parts) text += part.head + jsonText(part.text(row, links, people));
      return `${text}}}`;
    },
  };
}

function relationsOf(fields: readonly Field[]): Field[] {
  return fields.filter((field) => field.type === 'relation');
}

/** Renderers by table and by the columns that they show; `''` for all of them. */
function createCache(compile: Compile): (table: TableSchema, fields?: readonly Field[]) => RowRenderer {
  const compiled = new WeakMap<TableSchema, Map<string, RowRenderer>>();
  return (table, fields) => {
    let renderers = compiled.get(table);
    if (renderers === undefined) {
      renderers = new Map();
      compiled.set(table, renderers);
    }
    const choice = fields === undefined ? '' : fields.map((field) => field.id).join();
    let renderer = renderers.get(choice);
    if (renderer === undefined) {
      if (renderers.size >= choicesMax) renderers.clear();
      renderer = compile(fields ?? columnsOf(table));
      renderers.set(choice, renderer);
    }
    return renderer;
  };
}

export const rowRendererOf = createCache(compileV1);
export const titledRowRendererOf = createCache(compileV2);
