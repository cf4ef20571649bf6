/**
 * Kills of the real server: it runs as its own process, clients write to it, and it is killed without warning while it
 * starts, works or stops. The files that it leaves are checked, it starts again on them, and the clients go on.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openInstance } from '../../src/app.ts';
import { BrokenPromise } from './client.ts';
import { type Crew, createCrew, crewSize, refuseRepeatedIds } from './crew.ts';
import { resolve } from './journal.ts';
import { configOf, environmentOf, type Place, setUpPlace } from './place.ts';
import { createRandom, type Random } from './random.ts';
import type { Report } from './report.ts';
import { type Outcomes, verifyImage } from './verify-image.ts';

/** Kills of one database; then a new one begins, so that checking stays quick. */
const killsPerPlace = 20;
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export async function killServers(points: number, seed: number, report: Report): Promise<void> {
  for (let done = 0, run = 0; done < points; run += 1) {
    const share = Math.min(killsPerPlace, points - done);
    await oneDatabase(share, seed + run, report);
    done += share;
  }
}

async function oneDatabase(kills: number, seed: number, report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-kill-'));
  const random = createRandom(seed);
  const place = await inProcess(folder);
  const crew = createCrew(place, seed);
  let outcomes: Outcomes = new Map();
  for (let kill = 0; kill < kills; kill += 1) {
    try {
      await oneLife(folder, crew, outcomes, random);
      outcomes = await check(folder, place, crew, random, report);
      report.kills += 1;
    } catch (error) {
      throw new Error(`kill ${kill} of seed ${seed}, files kept in ${folder}`, { cause: error });
    }
    report.progress();
  }
  try {
    await settle(folder, crew);
    await check(folder, place, crew, random, report);
  } catch (error) {
    throw new Error(`after the kills of seed ${seed}, files kept in ${folder}`, { cause: error });
  }
  report.imports += crew.imports.length;
  report.acknowledged += crew.journals.reduce((sum, { operations }) => sum + operations.length, 0);
  await rm(folder, { recursive: true });
}

async function inProcess(folder: string): Promise<Place> {
  const instance = await openInstance(configOf(folder));
  try {
    return await setUpPlace(instance.core, crewSize);
  } finally {
    await instance.close();
  }
}

/** From a start to a kill. */
function oneLife(folder: string, crew: Crew, outcomes: Outcomes, random: Random): Promise<void> {
  return withServer(folder, async (server, start) => {
    if (random.chance(0.15)) {
      await sleep(random.whole(10, 400));
      return;
    }
    const url = await start();
    await repeat(crew, url, outcomes);
    let isOver = false;
    const working = crew.work(
      url,
      () => 0,
      () => isOver,
    );
    await Promise.race([working, sleep(random.whole(20, 400))]);
    if (random.chance(0.2)) {
      // Asked to stop, and killed while it does.
      server.kill('SIGTERM');
      await sleep(random.whole(0, 40));
    }
    server.kill('SIGKILL');
    isOver = true;
    await working;
  });
}

/** A last life: what the kills interrupted comes to its end by itself. */
function settle(folder: string, crew: Crew): Promise<void> {
  return withServer(folder, async (_server, start) => {
    await crew.settle(await start(), () => 0);
  });
}

/** A server that is killed in the end; `start` answers where it listens. */
async function withServer(
  folder: string,
  work: (server: ChildProcess, start: () => Promise<string>) => Promise<void>,
): Promise<void> {
  const server = spawn(process.execPath, [main, 'serve', '--json'], {
    env: { ...environmentOf(folder) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(server, 'exit');
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  try {
    await work(server, () => urlOf(server, () => log));
  } finally {
    server.kill('SIGKILL');
    await ended;
  }
  if (log !== '') throw new BrokenPromise(`the server logged: ${log}`);
}

async function urlOf(server: ChildProcess, log: () => string): Promise<string> {
  let text = '';
  for await (const part of server.stdout ?? []) {
    text += String(part);
    if (text.includes('\n')) return JSON.parse(text).url;
  }
  throw new BrokenPromise(`the server did not start: ${log()}`);
}

/** What had no answer and can be repeated is done once in the end, and the server knows whether it had been. */
async function repeat(crew: Crew, url: string, outcomes: Outcomes): Promise<void> {
  for (const [client, wasReplayed] of await crew.repeat(url, () => 0)) {
    const outcome = outcomes.get(client);
    if (outcome !== undefined && outcome.hasHappened !== wasReplayed) {
      throw new BrokenPromise(`${client}: repeated as ${wasReplayed ? 'done' : 'not done'}, and it was not so`);
    }
  }
}

async function check(folder: string, place: Place, crew: Crew, random: Random, report: Report): Promise<Outcomes> {
  const image = join(folder, 'image');
  await mkdir(image);
  await copyFile(join(folder, 'tessera.db'), join(image, 'tessera.db'));
  // There is none after an orderly end.
  await copyFile(join(folder, 'tessera.db-wal'), join(image, 'tessera.db-wal')).catch(() => undefined);
  const { outcomes, wentOn } = await verifyImage(image, place, crew, 0);
  report.wentOn += wentOn;
  await rm(image, { recursive: true });
  refuseRepeatedIds(crew.journals);
  for (const journal of crew.journals) {
    const last = journal.operations.at(-1);
    const outcome = outcomes.get(journal.client);
    if (last?.answeredAt !== null || outcome === undefined) continue;
    if (outcome.hasHappened) report.happened += 1;
    if (last.again !== null && random.chance(0.7)) continue;
    resolve(journal, last, outcome, 0);
  }
  return outcomes;
}
