/** Numbers and dates written in a given form, in English words and for UTC, on every server alike. */
import { roundTo } from '../../fields/read-number.ts';

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** `#,##0.00` groups thousands and has two decimals, `0%` shows hundredths; what stands around the form is kept. */
export function formatNumber(value: number, format: string): string {
  const match = /[#0][#0,]*(?:\.([0#]+))?(%)?/.exec(format);
  if (match === null) return format;
  const [form, decimals = '', percent] = match;
  const shown = percent === undefined ? value : Number((value * 100).toPrecision(15));
  const rounded = roundTo(Number(shown.toPrecision(15)), Math.min(10, decimals.length));
  const [whole = '', rest = ''] = Math.abs(rounded).toFixed(Math.min(10, decimals.length)).split('.');
  const grouped = form.includes(',') ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole;
  // `#` among the decimals leaves out zeros at the end.
  const required = decimals.lastIndexOf('0') + 1;
  let shownRest = rest;
  while (shownRest.length > required && shownRest.endsWith('0')) shownRest = shownRest.slice(0, -1);
  const text = `${rounded < 0 ? '-' : ''}${grouped}${shownRest === '' ? '' : `.${shownRest}`}${percent ?? ''}`;
  return format.slice(0, match.index) + text + format.slice(match.index + form.length);
}

/** A date or instant; any other text comes back as it is. */
export function formatMoment(moment: string, format: string): string {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)\.\d{3}Z)?$/.exec(moment);
  if (match === null) return moment;
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00'] = match;
  const weekday = weekdays[new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDay()] ?? '';
  const monthName = months[Number(month) - 1] ?? '';
  const parts: Record<string, string> = {
    YYYY: year,
    YY: year.slice(2),
    MMMM: monthName,
    MMM: monthName.slice(0, 3),
    MM: month,
    M: String(Number(month)),
    DDDD: weekday,
    DDD: weekday.slice(0, 3),
    DD: day,
    D: String(Number(day)),
    HH: hour,
    H: String(Number(hour)),
    mm: minute,
    ss: second,
  };
  return format.replace(/YYYY|YY|M{1,4}|D{1,4}|HH?|mm|ss/g, (token) => parts[token] ?? token);
}
