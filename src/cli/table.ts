/** `tessera table` and `tessera field`: the structure of an app, from a script. */
import { Argument, type Command, InvalidArgumentError } from 'commander';
import type { FieldInput } from '../core/fields/add-field.ts';
import { type FieldTypeName, fieldTypeNames, type Json } from '../core/fields/field-type.ts';
import { type Done, examples } from './command.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import { type PlaceOptions, runInApp, withPlace } from './in-app.ts';
import { pick } from './key-place.ts';
import { alignColumns } from './output.ts';
import { collect } from './read-options.ts';
import { localSchemaAdmin, remoteSchemaAdmin, type ShownField, type ShownTable } from './schema-admin.ts';

const admins = { local: localSchemaAdmin, remote: remoteSchemaAdmin };

interface FieldOptions extends PlaceOptions {
  readonly table: string;
}

interface AddFieldOptions extends FieldOptions {
  readonly options?: Record<string, Json>;
  readonly choice?: readonly string[];
  readonly target?: string;
  readonly formula?: string;
  readonly required?: boolean;
  readonly unique?: boolean;
  readonly indexed?: boolean;
}

export function addTable(program: Command, done: Done): void {
  const table = program.command('table').description('List, make and delete the tables of an app.');
  withPlace(table.command('list').description('List the tables with their fields.'))
    .addHelpText('after', examples(['tessera table list --app Shop', 'Of one app:']))
    .action((options: PlaceOptions) =>
      runInApp(admins, options, done, async (admin, appId) => {
        const tables = await admin.tables(appId);
        const text = () => (tables.length === 0 ? 'There are no tables.' : listText(tables, tables));
        return { json: { tables }, text };
      }),
    );
  withPlace(table.command('create').description('Make a table with its fields.').argument('<name>'))
    .option('--field <name:type>', 'field, as in Email:email,unique; repeatable', readField)
    .addHelpText(
      'after',
      examples([
        'tessera table create Customers --field Name:text,required --field Email:email,unique --field Since:date',
        'Three fields:',
      ]),
    )
    .action((name: string, options: PlaceOptions & { readonly field?: readonly FieldInput[] }) =>
      runInApp(admins, options, done, async (admin, appId) => {
        const made = await admin.createTable(appId, name, options.field ?? []);
        return { json: { table: made }, text: () => listText([made], []) };
      }),
    );
  withPlace(table.command('delete').description('Delete a table with all its records.').argument('<table>'))
    .option('-y, --yes', 'needed: the records are gone for good')
    .addHelpText('after', examples(['tessera table delete Drafts --yes', 'With everything in it:']))
    .action((wanted: string, options: DeleteOptions) =>
      runInApp(admins, options, done, async (admin, appId) => {
        const { id, name } = pick(await admin.tables(appId), wanted, 'table');
        mustAgree(options, `all records of the table ${name}`);
        await admin.deleteTable(id);
        return { json: { id, deleted: true }, text: () => `Deleted table ${name} (${id}).` };
      }),
    );
}

export function addField(program: Command, done: Done): void {
  const field = program.command('field').description('List, make and delete the fields of a table.');
  inTable(field.command('list').description('List the fields.'))
    .addHelpText('after', examples(['tessera field list --table Orders', 'With formulas and choices:']))
    .action((options: FieldOptions) =>
      runInApp(admins, options, done, async (admin, appId) => {
        const tables = await admin.tables(appId);
        const { fields } = pick(tables, options.table, 'table');
        return { json: { fields }, text: () => fieldsText(fields, tables) };
      }),
    );
  inTable(
    field
      .command('create')
      .description('Add a field.')
      .argument('<name>')
      .addArgument(new Argument('<type>').choices(fieldTypeNames).argParser(readType)),
  )
    .option('--options <json>', 'options of the type, as JSON', readObject)
    .option('--choice <name>', 'choice of a select field; repeatable', collect)
    .option('--target <table>', 'table that a relation links to')
    .option('--formula <expression>', 'what a formula field works out, with fields in braces')
    .option('--required', 'a record must have a value')
    .option('--unique', 'no two records have the same value')
    .option('--indexed', 'filters and sorts stay fast in large tables')
    .addHelpText(
      'after',
      examples(
        ['tessera field create Status single_select --table Orders --choice Open --choice Paid', 'With its choices:'],
        [`tessera field create Total formula --table Orders --formula '{Price} * {Quantity}'`, 'A formula:'],
        ['tessera field create Customer relation --table Orders --target Customers', 'A relation:'],
        [`tessera field create Price number --table Orders --options '{"precision":2}'`, 'With options of its type:'],
      ),
    )
    .action((name: string, type: FieldTypeName, options: AddFieldOptions) =>
      runInApp(admins, options, done, async (admin, appId) => {
        const tables = await admin.tables(appId);
        const made = await admin.addField(
          pick(tables, options.table, 'table').id,
          inputOf(name, type, options, tables),
        );
        return { json: { field: made }, text: () => fieldsText([made], tables) };
      }),
    );
  inTable(field.command('delete').description('Delete a field with its values.').argument('<field>'))
    .option('-y, --yes', 'needed: the values are gone for good')
    .addHelpText('after', examples(['tessera field delete Fax --table Customers --yes', 'With its values:']))
    .action((wanted: string, options: FieldOptions & DeleteOptions) =>
      runInApp(admins, options, done, async (admin, appId) => {
        const table = pick(await admin.tables(appId), options.table, 'table');
        const { id, name } = pick(table.fields, wanted, 'field');
        mustAgree(options, `all values of the field ${name}`);
        const broken = await admin.deleteField(table.id, id);
        const warning =
          broken.length === 0 ? '' : ` These formulas read it and show #FIELD! now: ${broken.join(', ')}.`;
        return {
          json: { id, deleted: true, broken_formulas: broken },
          text: () => `Deleted field ${name} (${id}).${warning}`,
        };
      }),
    );
}

function inTable(command: Command): Command {
  return withPlace(command).requiredOption('--table <table>', 'table by id or name');
}

function inputOf(
  name: string,
  type: FieldTypeName,
  { options = {}, choice, target, formula, required, unique, indexed }: AddFieldOptions,
  tables: readonly ShownTable[],
): FieldInput {
  return {
    name,
    type,
    options: {
      ...options,
      ...(choice === undefined ? {} : { choices: choice.map((one) => ({ name: one })) }),
      ...(formula === undefined ? {} : { expression: formula }),
      ...(target === undefined ? {} : { target: pick(tables, target, 'table').id }),
    },
    ...(required === true ? { required } : {}),
    ...(unique === true ? { unique } : {}),
    ...(indexed === true ? { indexed } : {}),
  };
}

interface DeleteOptions extends PlaceOptions {
  readonly yes?: boolean;
}

/** Nobody is asked here: scripts delete as well. @throws CliError */
function mustAgree({ yes }: DeleteOptions, what: string): void {
  if (yes !== true)
    throw new CliError(exitCodes.usage, `nothing was deleted: add --yes, and ${what} are gone for good`);
}

function fieldsText(fields: readonly ShownField[], tables: readonly ShownTable[]): string {
  return alignColumns([['ID', 'NAME', 'TYPE', ''], ...fields.map((field) => fieldLine(field, tables))]);
}

function fieldLine(field: ShownField, tables: readonly ShownTable[]): string[] {
  const marks = traitNames.filter((trait) => field[trait]);
  return [field.id, field.name, field.type, [...marks, ...describeOptions(field.options, tables)].join(', ')];
}

/** What makes a field of its type another one than the next: its formula, choices, and the table that it links to. */
function describeOptions({ expression, error, choices, target }: ShownField['options'], tables: readonly ShownTable[]) {
  const told: string[] = [];
  if (typeof expression === 'string') told.push(`= ${expression}`);
  if (typeof error === 'string') told.push(`broken: ${error}`);
  if (Array.isArray(choices)) told.push(choices.map(nameOf).join(' | '));
  if (typeof target === 'string') told.push(`to ${tables.find(({ id }) => id === target)?.name ?? target}`);
  return told;
}

function nameOf(choice: Json): string {
  return typeof choice === 'object' && choice !== null && 'name' in choice ? String(choice.name) : String(choice);
}

function listText(shown: readonly ShownTable[], tables: readonly ShownTable[]): string {
  return shown
    .map(({ id, name, fields }) => {
      return `${name} (${id})\n${alignColumns(fields.map((field) => ['', ...fieldLine(field, tables)]))}`;
    })
    .join('\n');
}

const traitNames = ['required', 'unique', 'indexed'] as const;

/** `Email:email,unique`. A name may hold colons: the last one counts. */
function readField(text: string, before: readonly FieldInput[] = []): readonly FieldInput[] {
  const at = text.lastIndexOf(':');
  const [type = '', ...traits] = text.slice(at + 1).split(',');
  const known = traitNames.filter((trait) => traits.includes(trait));
  if (at < 1 || known.length < traits.length) {
    throw new InvalidArgumentError(`It must be NAME:TYPE, with ${traitNames.join(', ')} after commas.`);
  }
  const marks = Object.fromEntries(known.map((trait) => [trait, true]));
  return [...before, { name: text.slice(0, at), type: readType(type), ...marks }];
}

function readType(text: string): FieldTypeName {
  const type = fieldTypeNames.find((name) => name === text);
  if (type === undefined) throw new InvalidArgumentError(`Types are ${fieldTypeNames.join(', ')}.`);
  return type;
}

function readObject(text: string): Record<string, Json> {
  try {
    const value = JSON.parse(text) as Json;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below.
  }
  throw new InvalidArgumentError(`It must be a JSON object, as in '{"precision":2}'.`);
}
