/** A person of a team with a Retable key, and the calls that clients make with it. */
import { startTestApp, type TestApp, type TestAppOptions, type TestRequest, type TestResponse } from '../../harness.ts';

export const v1 = '/v1/public';
export const v2 = '/v2/public';

export interface Office {
  readonly app: TestApp;
  /** A call below `/v1/public` as retablejs makes it: the key, and a JSON content type whether or not there is a body. */
  call(method: string, path: string, body?: unknown, request?: TestRequest): Promise<TestResponse>;
  /** As `call`; fails unless the answer has this status, and answers its `data`. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer's shape is what the test is about to check
  expect(status: number, method: string, path: string, body?: unknown): Promise<any>;
  /** A project with its first table, and further columns in it. */
  makeTable(columns?: readonly { readonly title: string; readonly type: string }[]): Promise<OfficeTable>;
}

export interface OfficeTable {
  readonly projectId: string;
  readonly id: string;
  /** `/retable/{id}/data` */
  readonly data: string;
  /** Inserts rows of cells by title; answers their ids. */
  insert(...rows: readonly Readonly<Record<string, unknown>>[]): Promise<number[]>;
  /** Cells by title of every row but the blank one, as they read. */
  read(): Promise<Record<string, string>[]>;
}

export interface Cell {
  readonly column_id: string;
  readonly title: string;
  readonly cell_value: string;
}

export async function openOffice(options: TestAppOptions = {}): Promise<Office> {
  const app = await startTestApp(options);
  const call = (method: string, path: string, body?: unknown, request: TestRequest = {}) =>
    app.request(method, v1 + path, {
      ...request,
      headers: { apiKey: app.keys.personal, 'Content-Type': 'application/json', ...request.headers },
      ...(body === undefined ? {} : { body }),
    });
  const expect: Office['expect'] = async (status, method, path, body) => {
    const answer = await call(method, path, body);
    if (answer.status !== status) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    return answer.json.data;
  };
  return {
    app,
    call,
    expect,
    async makeTable(columns = []) {
      const project = await expect(201, 'POST', `/workspace/${app.workspaceId}/project`, { name: 'Stock' });
      const { id } = project.retables[0];
      const data = `/retable/${id}/data`;
      if (columns.length > 0) await expect(201, 'POST', `/retable/${id}/column`, { columns });
      return {
        projectId: project.id,
        id,
        data,
        async insert(...rows) {
          const made = await expect(201, 'POST', data, { data: rows.map(rowOf) });
          return made.rows.map((row: { row_id: number }) => row.row_id);
        },
        async read() {
          const { rows } = await expect(200, 'GET', data);
          return rows.slice(1).map(cellsOf);
        },
      };
    },
  };
}

/** A row to insert. */
export function rowOf(cells: Readonly<Record<string, unknown>>): {
  columns: { column_id: string; cell_value: unknown }[];
} {
  return { columns: Object.entries(cells).map(([column_id, cell_value]) => ({ column_id, cell_value })) };
}

/** Cells of an answered row by title. */
export function cellsOf(row: { readonly columns: readonly Cell[] }): Record<string, string> {
  return Object.fromEntries(row.columns.map((cell) => [cell.title, cell.cell_value]));
}

export const idForm = /^[A-Za-z0-9]{16}$/;
export const isoForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export const rowTimeForm = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
export const columnTimeForm = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/;
