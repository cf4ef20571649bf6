/**
 * Simulated power cuts: a server runs over a disk whose syncs are slow and written down, clients write to it, and of each
 * run many moments are taken at which the power could have failed; every image is then opened and checked.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { startApp } from '../../src/app.ts';
import { createCrew, crewSize, refuseRepeatedIds } from './crew.ts';
import { type Tear, walkCuts } from './cut-images.ts';
import { createDiskRecorder } from './disk-recorder.ts';
import { configOf, type Place, setUpPlace } from './place.ts';
import { createRandom, type Random } from './random.ts';
import type { Report } from './report.ts';
import { verifyImage } from './verify-image.ts';

/** Images of one run; more of them come from more runs, so that databases stay small and quick to check. */
const pointsPerRun = 100;
/** Moments recorded per image taken. */
const eventsPerPoint = 12;

export interface CutOptions {
  /** The disk says that it has synced, and has not: what is acknowledged then gets lost. */
  readonly isDiskLying?: boolean;
}

export async function cutPower(points: number, seed: number, report: Report, options: CutOptions = {}): Promise<void> {
  for (let done = 0, run = 0; done < points; run += 1) {
    const share = Math.min(pointsPerRun, points - done);
    await oneRun(share, seed + run, report, options);
    done += share;
  }
}

async function oneRun(points: number, seed: number, report: Report, options: CutOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-cut-'));
  const random = createRandom(seed);
  const recorder = createDiskRecorder(join(folder, 'tessera.db'), () => slowly(random), options.isDiskLying);
  try {
    const { place, setUpAt, crew } = await record(folder, seed, points * eventsPerPoint, recorder);
    refuseRepeatedIds(crew.journals);
    const moments = Array.from({ length: points }, () => random.whole(1, recorder.events.length)).sort((a, b) => a - b);
    report.acknowledged += crew.journals.reduce((sum, { operations }) => sum + operations.length, 0);
    report.imports += crew.imports.length;
    report.restarts += recorder.events.filter(({ kind }) => kind === 'restart').length - 1;
    await walkCuts(recorder.events, moments, async (moment, writeImage) => {
      const image = join(folder, 'image');
      let tear: Tear | '' = '';
      try {
        tear = writeImage(image, random);
        const { wentOn } = await verifyImage(image, moment < setUpAt ? null : place, crew, moment);
        report.wentOn += wentOn;
        report.cuts += 1;
        report.tears.set(tear, (report.tears.get(tear) ?? 0) + 1);
        await rm(image, { recursive: true });
      } catch (error) {
        if (options.isDiskLying === true) await rm(folder, { recursive: true });
        const text = `power cut at event ${moment} of seed ${seed} (${tear}), image kept in ${image}`;
        throw new Error(text, { cause: error });
      }
      report.progress();
    });
    await rm(folder, { recursive: true });
  } finally {
    recorder.close();
  }
}

interface Recording {
  readonly place: Place;
  /** From this moment on the place is there. */
  readonly setUpAt: number;
  readonly crew: ReturnType<typeof createCrew>;
}

async function record(
  folder: string,
  seed: number,
  events: number,
  recorder: ReturnType<typeof createDiskRecorder>,
): Promise<Recording> {
  const app = await startApp(configOf(folder), {
    store: {
      sync: recorder.sync,
      onCommit: recorder.onCommit,
      // Small, so that a run sees many checkpoints and restarts of the log; none by the clock.
      checkpoint: { growthBytes: 300_000, holdBytes: 1_000_000, intervalMs: 1_000_000_000 },
    },
  });
  try {
    const place = await setUpPlace(app.core, crewSize);
    const setUpAt = recorder.events.length;
    const crew = createCrew(place, seed);
    const now = () => recorder.events.length;
    await crew.work(app.url, now, () => recorder.events.length >= setUpAt + events);
    return { place, setUpAt, crew };
  } finally {
    await app.close();
  }
}

/** A disk takes its time, and not always the same. */
async function slowly(random: Random): Promise<void> {
  if (random.chance(0.2)) await turn();
  else await sleep(random.whole(1, 6));
}
