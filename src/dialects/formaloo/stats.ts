/** Figures about the rows of a form: how many came on which day, and how often each choice was made. */
import type { Actor, Core } from '../../core/context.ts';
import { choicesOf } from '../../core/fields/choices.ts';
import type { Json } from '../../core/fields/field-type.ts';
import { countRecords } from '../../core/records/list-records.ts';
import { createdAt } from '../../core/records/record-view.ts';
import { choiceTitle } from './choice-title.ts';
import type { AnswerField, Form } from './form.ts';

const rowsPerPiece = 1000;

export async function statsOf(core: Core, actor: Actor, form: Form): Promise<Record<string, Json>> {
  const total = await countRecords(core, actor, form.table);
  const chosen = form.answers.filter(({ field }) => field.type === 'single_select' || field.type === 'multi_select');
  const counts = new Map(chosen.map((entry) => [entry, new Map<string, number>()]));
  const days = new Map<string, number>();
  for await (const rows of core.store.records.scan(form.table, rowsPerPiece)) {
    for (const row of rows) {
      const day = createdAt(row).slice(0, 10);
      days.set(day, (days.get(day) ?? 0) + 1);
      for (const [{ field }, count] of counts) {
        const stored = row[field.slot] ?? null;
        if (stored === null) continue;
        const ids = field.type === 'single_select' ? [String(stored)] : (JSON.parse(String(stored)) as string[]);
        for (const id of ids) count.set(id, (count.get(id) ?? 0) + 1);
      }
    }
  }
  const fields: Record<string, Json> = {};
  const readable: Record<string, Json> = {};
  for (const [entry, count] of counts) {
    fields[entry.slug] = Object.fromEntries(choicesOf(entry.field).map(({ id }) => [id, count.get(id) ?? 0]));
    readable[entry.title] = titled(entry, count);
  }
  const submits = [...days].sort().map(([date, count]) => ({ date, count }));
  return { total, fields, readable, submits, track_data: {} };
}

function titled({ field }: AnswerField, count: ReadonlyMap<string, number>): Json {
  return Object.fromEntries(choicesOf(field).map((choice) => [choiceTitle(choice), count.get(choice.id) ?? 0]));
}
