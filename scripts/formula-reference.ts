/** docs/reference/formulas.md, made of the functions themselves. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { formulaErrors } from '../src/core/formulas/formula-value.ts';
import { formulaFunctions } from '../src/core/formulas/functions/index.ts';

const introduction = `# Formulas

A field of type \`formula\` is worked out from other fields whenever a record is read; nothing of it is stored, and no client
writes it. Filters, sorts, counts, exports, webhooks and every dialect see the same value.

\`\`\`json
{ "name": "Total", "type": "formula", "options": { "expression": "{Unit price} * {Quantity}", "precision": 2 } }
\`\`\`

\`POST /api/v1/tables/{table}/fields\` makes one, \`PATCH …/fields/{field}\` with \`options\` changes it, and
\`tessera field create Total formula --table Orders --formula '{Unit price} * {Quantity}'\` does it from a script. What is wrong
with a formula is answered with its place: \`options.expression: * needs a number, not {Name}, which is a text (at character 1)\`.

## Writing one

| | |
| --- | --- |
| a field of the record | \`{Unit price}\`, by name or id; also \`{id}\`, \`{created_at}\`, \`{updated_at}\` |
| a field of the linked record | \`{Customer.Country}\`, where the relation holds one record |
| a field of all linked records | \`SUM({Orders.Total})\`, \`JOIN({Tags.Name}, " / ")\`, where it holds many; \`COUNT({Orders})\` counts them |
| numbers, texts, conditions | \`19.9\`, \`"text"\` or \`'text'\` (\`\\"\` for a quote), \`TRUE\`, \`FALSE\` |
| arithmetic | \`+ - * / %\`, parentheses |
| joining texts | \`&\` |
| comparing | \`= != <> < <= > >=\` |
| combining conditions | \`AND OR NOT\`, also \`&&\`, \`\\|\\|\`, \`!\` and the functions |

A formula may use other formulas of its table, and of a linked table those that use no relation themselves: it reaches one
relation far. Formulas in a circle are refused. Names of functions and of operators may be written in any case. Fields are
kept by id: renaming a field changes the formula that is shown, not its values.

## Types

The type of the result follows from the formula and is shown as \`options.result\`: \`number\`, \`text\`, \`boolean\`, \`date\` or
\`datetime\`. It decides how the field filters and sorts. \`options.precision\` rounds a number to so many decimals. Types do not mix
by themselves: \`VALUE\` reads a number in a text, \`DATEVALUE\` a date, \`TEXT\` makes a text of anything, and \`&\` and \`CONCAT\` take
everything as text. A date beside a date with time is its midnight, and a text that is written out beside a date
is read as one: \`{Day} > "2026-01-01"\`. All times are UTC.

Fields of type \`file\`, \`image\`, \`location\`, \`json\`, \`password\`, \`user\`, \`created_by\` and \`updated_by\` cannot be used. A choice is its
name, a time is a text, a relation and a \`multi_select\` are lists.

## Nothing

An empty value stays empty through functions. In \`+ - * / %\` an empty value beside a number counts as 0, and two empty values
give an empty one. A comparison with \`<\` or \`>\` does not hold for an empty value, and an empty value equals only another one. An
empty text is an empty value, an unanswered checkbox is \`FALSE\`. \`SUM\` of nothing is 0; \`AVERAGE\`, \`MIN\`, \`MAX\` and \`JOIN\` of nothing are empty.

## Errors

What cannot be worked out shows an error in place of the value, as text, in every dialect. For filters and sorts an error is
an empty value: \`is_null\` finds it, comparisons do not hold for it, it sorts with the empty ones. \`IFERROR\` and \`ISERROR\` see it.
`;

const limits = `
## Bounds

A formula has at most 5,000 characters, 500 parts and 100 levels, with all formulas that it uses 2,000 parts; it reads at most 60
fields and uses at most 50 other formulas; a table has at most 50. A text in a result has at most 20,000 characters, the texts that one
formula looks at for one record 250,000 together; beyond is \`#SIZE!\`. A list has at most 1,000 values, its texts 2,000 characters
each (\`SUM\`, \`AVERAGE\`, \`MIN\`, \`MAX\` and \`COUNT\` of related numbers and records have no such bound).

## When things change

- **A related record or link changes**: the next read shows the new value. The record of the formula is not changed by that: no
  webhook, no new \`updated_at\`.
- **A field is deleted**: formulas that read it stay, show \`#FIELD!\` and tell why in \`options.error\`. \`DELETE\` then answers 200 with
  \`broken_formulas\` instead of 204. Correct the formula, or make the field anew and name it in the formula again.
- **A field is converted** to a type that no longer fits: the formula shows \`#TYPE!\` and tells why in \`options.error\`; converted
  back, it works again.
- **The formula field itself is converted** to another type: its values are kept as they are shown.

## Who may

Making or changing a formula needs the \`schema\` verb on its table and the right to read everything that it reads, in its own
table and in the linked one: a key cannot make a formula over what is hidden from it. Reading the value needs only the formula
field: it is hidden by a field mask of its own, as any field. So whoever shares a formula shares what it shows.
What the formula says is told only to those who may see every field that it names.

A formula cannot be required, unique or indexed, and takes no default. Sorting a large table by one works out every record.
Where the time matters (\`NOW\`, \`TODAY\`), the value is that of the moment of reading.

## Other APIs

| | |
| --- | --- |
| Adalo | a read-only property; what a client sends for it is ignored |
| Formaloo | a field of type \`variable\` with \`sub_type: "formula"\` and the expression in \`config.formula\` |
| Retable | a column of type \`formula\`; cells are its result as text, and what is written to it is ignored |
`;

export function formulaReference(): string {
  const groups = [...new Set(formulaFunctions.map(({ group }) => group))];
  const tables = groups.map((group) => {
    const lines = formulaFunctions
      .filter((one) => one.group === group)
      .map(({ syntax, about, examples }) => {
        const shown = examples
          .map(([formula, value]) => `${code(formula)} → ${code(JSON.stringify(value))}`)
          .join('<br>');
        return `| ${code(syntax)} | ${cell(about)} | ${shown} |`;
      });
    return `### ${group}\n\n| Function | | Examples |\n| --- | --- | --- |\n${lines.join('\n')}\n`;
  });
  const errors = Object.entries(formulaErrors).map(([name, meaning]) => `| ${code(name)} | ${cell(meaning)} |`);
  return formatted(
    `${introduction}\n| Error | Meaning |\n| --- | --- |\n${errors.join('\n')}\n\n## Functions\n\n${tables.join('\n')}${limits}`,
  );
}

/** As the formatter has it, which lines up the columns of tables. */
function formatted(markdown: string): string {
  const root = join(import.meta.dirname, '..');
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const args = [biome, 'format', '--stdin-file-path=docs/reference/formulas.md'];
  return execFileSync(process.execPath, args, { cwd: root, input: markdown, encoding: 'utf8' });
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
