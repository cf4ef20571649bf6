/**
 * The answers of the Formaloo dialect as anybody would write them at first: rows of the floor's table made into objects for
 * `JSON.stringify`. The same members and as many bytes; what has to be worked out (slugs, codes, neighbours) is constant here.
 */
import { type Cell, columns } from './data.ts';

type FloorRow = Readonly<Record<string, Cell | null>>;

const fieldSlug = (index: number) => `field00${index}`;
const rowSlug = '7Ch3Qddz1ay8plvRkSNWPZ';

function rowOf(row: FloorRow): Record<string, unknown> {
  const values = columns.map(({ column, field }) => (field === 'checkbox' ? row[column] === 1 : row[column]));
  return {
    id: row.id,
    slug: rowSlug,
    status: 'submit',
    form: 'FRvPABA9',
    data: Object.fromEntries(values.map((value, index) => [fieldSlug(index), value])),
    rendered_data: columns.map(({ name, formaloo }, index) => ({
      slug: fieldSlug(index),
      type: formaloo,
      title: name,
      alias: null,
      value: values[index],
      raw_value: values[index],
      json_key: null,
      json_value: null,
      position: index + 1,
      admin_only: false,
    })),
    readable_data: Object.fromEntries(columns.map(({ name }, index) => [name, values[index]])),
    submit_code: '02fc460rf92qqhob9324',
    tracking_code: null,
    submit_number: row.id,
    created_at: `${String(row.created_at).slice(0, -1)}000Z`,
    updated_at: `${String(row.updated_at).slice(0, -1)}000Z`,
    row_tags: [],
    submitter_referer_address: null,
    submit_time: null,
    sumbit_time: null,
    create_type: 'api',
    pdf_link: null,
    deleted: false,
    user: null,
    calculation_score: null,
    phone_verification_state: null,
    email_verification_state: null,
    upvotes_count: 0,
    downvotes_count: 0,
    votes_count: 0,
    vote_count: 0,
  };
}

const envelope = { status: 200, errors: { general_errors: [], form_errors: {} } };

export function formalooRow(row: FloorRow): unknown {
  return { ...envelope, data: { row: { ...rowOf(row), next_row: rowSlug, previous_row: rowSlug } } };
}

export function formalooRows(rows: readonly FloorRow[]): unknown {
  const next = 'http://127.0.0.1:0/v3.0/forms/FRvPABA9/rows/?page=2&page_size=100';
  const page = { count: 20_000, next, previous: null, page_size: 100, page_count: 200, current_page: 1 };
  return { ...envelope, data: { ...page, rows: rows.map(rowOf) } };
}
