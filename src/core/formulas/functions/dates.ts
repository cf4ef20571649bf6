/** Functions of dates. All of them reckon in UTC and between the years 1 and 9999; beyond is #NUM!. */
import { instantOf, readDay, readInstant } from '../../fields/read-instant.ts';
import { formulaError, type Value } from '../formula-value.ts';
import type { FormulaFunction } from './formula-function.ts';

const group = 'Dates';
const dayMs = 86_400_000;

function msOf(moment: Value | undefined): number {
  return typeof moment === 'string'
    ? Date.parse(moment.length === 10 ? `${moment}T00:00:00.000Z` : moment)
    : Number.NaN;
}

/** The moment as text: a day where a day was given. */
function momentOf(ms: number, isDay: boolean): Value {
  const instant = instantOf(ms);
  if (instant === null) return formulaError('#NUM!');
  return isDay ? instant.slice(0, 10) : instant;
}

function part(
  name: string,
  about: string,
  example: readonly [string, number],
  read: (date: Date) => number,
): FormulaFunction {
  return {
    name,
    group,
    syntax: `${name}(date)`,
    about,
    examples: [example],
    params: ['moment'],
    result: 'number',
    run([moment]) {
      const value = read(new Date(msOf(moment)));
      return Number.isNaN(value) ? formulaError('#VALUE!') : value;
    },
  };
}

/** Monday is 1, Sunday 7. */
function isoWeekday(date: Date): number {
  return date.getUTCDay() || 7;
}

/** The week that holds the Thursday of this week, counted from the first Thursday of its year. */
function isoWeek(date: Date): number {
  const thursday = new Date(date.getTime() + (4 - isoWeekday(date)) * dayMs);
  const newYear = new Date(thursday);
  newYear.setUTCMonth(0, 1);
  return 1 + Math.floor((thursday.getTime() - newYear.getTime()) / (7 * dayMs));
}

type Unit = 'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second';
const monthsIn: Partial<Record<Unit, number>> = { year: 12, quarter: 3, month: 1 };
const msIn: Partial<Record<Unit, number>> = {
  week: 7 * dayMs,
  day: dayMs,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
};

function unitOf(value: Value | undefined): Unit | null {
  const name = typeof value === 'string' ? value.trim().toLowerCase().replace(/s$/, '') : 'day';
  return Object.hasOwn(monthsIn, name) || Object.hasOwn(msIn, name) ? (name as Unit) : null;
}

/** The 31st of January and one month is the last day of February. */
function addMonths(ms: number, months: number): number {
  const date = new Date(ms);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(date);
  last.setUTCMonth(last.getUTCMonth() + 1);
  last.setUTCDate(0);
  date.setUTCDate(Math.min(day, last.getUTCDate()));
  return date.getTime();
}

/** Whole months from one moment to a later one. */
function monthsBetween(from: number, to: number): number {
  const [a, b] = [new Date(from), new Date(to)];
  const months = (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
  return addMonths(from, months) > to ? months - 1 : months;
}

export const dateFunctions: readonly FormulaFunction[] = [
  {
    name: 'TODAY',
    group,
    syntax: 'TODAY()',
    about: 'The day on which the value is read, in UTC.',
    examples: [],
    params: [],
    result: 'date',
    run: (_, env) => momentOf(env.now(), true),
  },
  {
    name: 'NOW',
    group,
    syntax: 'NOW()',
    about: 'The moment at which the value is read.',
    examples: [],
    params: [],
    result: 'datetime',
    run: (_, env) => momentOf(env.now(), false),
  },
  {
    name: 'DATE',
    group,
    syntax: 'DATE(year, month, day)',
    about: 'A date from its numbers; #VALUE! where there is no such day.',
    examples: [
      ['DATE(2026, 3, 5)', '2026-03-05'],
      ['DATE(2026, 2, 30)', '#VALUE!'],
    ],
    params: ['number', 'number', 'number'],
    result: 'date',
    run(args) {
      const [year = 0, month = 0, day = 0] = args.map((arg) => Math.trunc(Number(arg)));
      const two = (value: number) => String(value).padStart(2, '0');
      return readDay(`${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`, 'iso') ?? formulaError('#VALUE!');
    },
  },
  {
    name: 'DATEVALUE',
    group,
    syntax: 'DATEVALUE(text)',
    about: 'The date that a text holds, written YYYY-MM-DD; #VALUE! where it holds none.',
    examples: [
      ['DATEVALUE("2026-03-05")', '2026-03-05'],
      ['DATEVALUE("soon")', '#VALUE!'],
    ],
    params: ['text'],
    result: 'date',
    run([text]) {
      const given = typeof text === 'string' ? text.trim() : '';
      return given === '' ? null : (readDay(given, 'iso') ?? formulaError('#VALUE!'));
    },
  },
  {
    name: 'DATETIMEVALUE',
    group,
    syntax: 'DATETIMEVALUE(text)',
    about: 'The moment that a text holds, written YYYY-MM-DDTHH:MM:SSZ; #VALUE! where it holds none.',
    examples: [['DATETIMEVALUE("2026-03-05T10:00:00+02:00")', '2026-03-05T08:00:00.000Z']],
    params: ['text'],
    result: 'datetime',
    run([text]) {
      const given = typeof text === 'string' ? text.trim() : '';
      return given === '' ? null : (readInstant(given, 'iso') ?? formulaError('#VALUE!'));
    },
  },
  {
    name: 'DAY_OF',
    group,
    syntax: 'DAY_OF(date with time)',
    about: 'The date without its time.',
    examples: [['DAY_OF(DATETIMEVALUE("2026-03-05T10:00:00Z"))', '2026-03-05']],
    params: ['moment'],
    result: 'date',
    run: ([moment]) => (typeof moment === 'string' ? moment.slice(0, 10) : null),
  },
  part('YEAR', 'The year of a date.', ['YEAR(DATE(2026, 3, 5))', 2026], (date) => date.getUTCFullYear()),
  part('MONTH', 'The month of a date, 1 to 12.', ['MONTH(DATE(2026, 3, 5))', 3], (date) => date.getUTCMonth() + 1),
  part('DAY', 'The day of the month, 1 to 31.', ['DAY(DATE(2026, 3, 5))', 5], (date) => date.getUTCDate()),
  part('HOUR', 'The hour, 0 to 23, in UTC.', ['HOUR(DATETIMEVALUE("2026-03-05T10:20:30Z"))', 10], (date) =>
    date.getUTCHours(),
  ),
  part('MINUTE', 'The minute, 0 to 59.', ['MINUTE(DATETIMEVALUE("2026-03-05T10:20:30Z"))', 20], (date) =>
    date.getUTCMinutes(),
  ),
  part('SECOND', 'The second, 0 to 59.', ['SECOND(DATETIMEVALUE("2026-03-05T10:20:30Z"))', 30], (date) =>
    date.getUTCSeconds(),
  ),
  part('WEEKDAY', 'The day of the week: Monday is 1, Sunday 7.', ['WEEKDAY(DATE(2026, 3, 5))', 4], isoWeekday),
  part('WEEKNUM', 'The week of the year, 1 to 53, as ISO 8601 counts them.', ['WEEKNUM(DATE(2026, 1, 1))', 1], isoWeek),
  {
    name: 'DATE_ADD',
    group,
    syntax: 'DATE_ADD(date, count, unit)',
    about:
      'The date so many units later, or earlier where the count is below 0. Units: "years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds". A date stays a date: hours count only for a date with time.',
    examples: [
      ['DATE_ADD(DATE(2026, 1, 31), 1, "month")', '2026-02-28'],
      ['DATE_ADD(DATE(2026, 3, 5), -7, "days")', '2026-02-26'],
      ['DATE_ADD(DATE(2026, 3, 5), 1, "eon")', '#VALUE!'],
    ],
    params: ['moment', 'number', 'text'],
    result: ([moment]) => (moment === 'datetime' ? 'datetime' : 'date'),
    run([moment, count, unitName]) {
      const unit = unitOf(unitName);
      if (unit === null) return formulaError('#VALUE!');
      const times = Math.trunc(Number(count));
      const months = monthsIn[unit];
      const ms = msOf(moment);
      if (Math.abs(times) > 1e13) return formulaError('#NUM!');
      const next = months === undefined ? ms + times * (msIn[unit] ?? 0) : addMonths(ms, times * months);
      return momentOf(next, typeof moment === 'string' && moment.length === 10);
    },
  },
  {
    name: 'DATE_DIFF',
    group,
    syntax: 'DATE_DIFF(from, to, unit)',
    about:
      'How many whole units lie between two dates; below 0 where the second is earlier. Units as in DATE_ADD; days when left out.',
    examples: [
      ['DATE_DIFF(DATE(2026, 1, 1), DATE(2026, 3, 1))', 59],
      ['DATE_DIFF(DATE(2026, 1, 31), DATE(2026, 2, 28), "months")', 1],
      ['DATE_DIFF(DATE(2026, 3, 1), DATE(2025, 3, 1), "years")', -1],
    ],
    params: ['moment', 'moment', 'text'],
    optional: 1,
    result: 'number',
    run([from, to, unitName]) {
      const unit = unitOf(unitName);
      if (unit === null) return formulaError('#VALUE!');
      const [a, b] = [msOf(from), msOf(to)];
      if (Number.isNaN(a) || Number.isNaN(b)) return formulaError('#VALUE!');
      const months = monthsIn[unit];
      const count =
        months === undefined
          ? (b - a) / (msIn[unit] ?? 1)
          : b >= a
            ? monthsBetween(a, b) / months
            : -monthsBetween(b, a) / months;
      return Math.trunc(count) || 0;
    },
  },
];
