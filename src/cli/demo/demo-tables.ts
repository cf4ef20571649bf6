/**
 * The demo app's two tables: names and fields. None is required: clients of every API create records of any few values here,
 * also of none.
 */
import type { FieldInput } from '../../core/fields/add-field.ts';

export const demoTables = { customers: 'Customers', orders: 'Orders' } as const;

export const customerFields: readonly FieldInput[] = [
  { name: 'Name', type: 'text', indexed: true },
  { name: 'Email', type: 'email', unique: true },
  { name: 'Phone', type: 'phone' },
  { name: 'City', type: 'text' },
  {
    name: 'Tier',
    type: 'single_select',
    options: { choices: [{ name: 'Standard' }, { name: 'Plus' }, { name: 'Business' }] },
    default: 'Standard',
  },
  { name: 'Customer since', type: 'date' },
  { name: 'Newsletter', type: 'checkbox', default: false },
  { name: 'Website', type: 'url' },
  { name: 'Notes', type: 'long_text' },
];

/** Orders belong to one customer; a customer has many orders, in its field "Orders". */
export function orderFields(customersId: string): readonly FieldInput[] {
  return [
    { name: 'Number', type: 'text', unique: true },
    {
      name: 'Customer',
      type: 'relation',
      options: {
        target: customersId,
        cardinality: 'one',
        inverse_name: demoTables.orders,
        inverse_cardinality: 'many',
      },
    },
    { name: 'Product', type: 'text' },
    { name: 'Quantity', type: 'number', options: { precision: 0, min: 1 }, default: 1 },
    { name: 'Total', type: 'currency', options: { code: 'EUR' }, indexed: true },
    {
      name: 'Status',
      type: 'single_select',
      options: { choices: [{ name: 'New' }, { name: 'Paid' }, { name: 'Shipped' }, { name: 'Returned' }] },
      default: 'New',
    },
    {
      name: 'Labels',
      type: 'multi_select',
      options: { choices: [{ name: 'Gift' }, { name: 'Express' }, { name: 'Fragile' }] },
    },
    { name: 'Ordered at', type: 'datetime', indexed: true },
    { name: 'Deliver by', type: 'date' },
    { name: 'Rating', type: 'rating' },
  ];
}
