/** The rows that floor and server hold: eight fields of everyday types, the same for every run. */
export const columns = [
  { column: 'f_name', name: 'Name', type: 'TEXT', field: 'text', formaloo: 'short_text' },
  { column: 'f_email', name: 'Email', type: 'TEXT', field: 'email', formaloo: 'email' },
  { column: 'f_city', name: 'City', type: 'TEXT', field: 'text', formaloo: 'short_text' },
  { column: 'f_notes', name: 'Notes', type: 'TEXT', field: 'long_text', formaloo: 'long_text' },
  { column: 'f_price', name: 'Price', type: 'REAL', field: 'number', formaloo: 'number' },
  { column: 'f_stock', name: 'Stock', type: 'REAL', field: 'number', formaloo: 'number' },
  { column: 'f_active', name: 'Active', type: 'INTEGER', field: 'checkbox', formaloo: 'checkbox' },
  { column: 'f_due', name: 'Due', type: 'TEXT', field: 'date', formaloo: 'date' },
] as const;

export type Cell = string | number;

const cities = ['Paris', 'Lyon', 'Turin', 'Gdańsk', 'Zürich', 'Porto', 'Malmö', 'Brno'];

/** Row `index` in the order of `columns`. */
export function rowOf(index: number): Cell[] {
  return [
    `Item ${index}`,
    `person${index}@example.test`,
    `${cities[index % cities.length]} ${index % 1000}`,
    `Stands in aisle ${index % 37}, shelf ${index % 11}; ask at the desk for "number ${index}".`,
    (index % 10_000) / 100,
    index % 500,
    index % 3 === 0 ? 1 : 0,
    `2026-${String((index % 12) + 1).padStart(2, '0')}-${String((index % 28) + 1).padStart(2, '0')}`,
  ];
}

export function* rowsOf(count: number): Generator<Cell[]> {
  for (let index = 1; index <= count; index += 1) yield rowOf(index);
}
