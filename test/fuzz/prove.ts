/**
 * Fuzzing: right requests to every route, spoilt in every layer, sent to a real server one after the other. Every answer
 * is judged; a refused request must have written nothing; and in the end the database must be whole.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { verifyImage } from '../crash/verify-image.ts';
import type { JsonSchema } from './from-schema.ts';
import { judge } from './judge.ts';
import { generatedSeeds, type Seed, seedsOf } from './seeds.ts';
import { type Edit, edits, spoilt } from './spoil.ts';
import { startTarget, type Target } from './target.ts';
import { closed, createWire, hung, type Outcome, type Wire, type WireRequest } from './wire.ts';

/** Requests to one server: then a new one begins, so that what was broken on purpose does not stay so. */
const requestsPerServer = 5_000;
/** Far beyond what anything takes, also on a machine that is busy with something else. */
const deadlineMs = 180_000;
/** Of the requests, those that may be cut short or lie about their length. */
const tornShare = 0.2;

export interface FuzzReport {
  requests: number;
  /** Answers by status; `closed` where the server ended the connection instead. */
  readonly statuses: Map<string, number>;
  /** Routes that answered with success at least once. */
  readonly reached: Set<string>;
  progress(): void;
}

export function createReport(progress: (report: FuzzReport) => void = () => undefined): FuzzReport {
  const report: FuzzReport = { requests: 0, statuses: new Map(), reached: new Set(), progress: () => progress(report) };
  return report;
}

/** @throws Error that tells the request that was answered wrongly, shrunk as far as it goes */
export async function proveFuzz(requests: number, seed: number, report: FuzzReport): Promise<void> {
  for (let done = 0, round = 0; done < requests; round += 1) {
    const share = Math.min(requestsPerServer, requests - done);
    await oneServer(share, seed + round, report);
    done += share;
  }
}

interface Shot {
  readonly seed: Seed;
  readonly edits: readonly Edit[];
}

async function oneServer(requests: number, seed: number, report: FuzzReport): Promise<void> {
  const target = await startTarget();
  const wire = createWire(target.port, deadlineMs);
  const watch = createWatch(target);
  try {
    const { document, cursor } = await readFirst(wire, target);
    const fixed = fc.constantFrom(...seedsOf(target));
    const shots: fc.Arbitrary<Shot> = fc.record({
      seed: fc.oneof({ weight: 3, arbitrary: fixed }, { weight: 2, arbitrary: generatedSeeds(document, target) }),
      edits: fc.array(edits, { maxLength: 3, size: 'max' }),
    });
    const torn = Math.floor(requests * tornShare);
    // Whoever breaks off may be served all the same, a little later: what was written is told from these in the end only.
    for (const [runs, isTorn] of [[requests - torn, false] as const, [torn, true] as const]) {
      const property = fc.asyncProperty(shots, async (shot) => {
        const request = spoilt(shot.seed, shot.edits, cursor);
        fc.pre(isTorn || !request.isOpenEnded);
        await shoot(wire, isTorn ? null : watch, target, shot.seed.route, request, report);
      });
      const result = await fc.check(property, { numRuns: runs, seed, maxSkipsPerRun: 1_000 });
      if (result.failed) throw new Error(tell(result, cursor, target));
    }
    assert.equal(target.log(), '', 'the server logged faults');
  } finally {
    wire.close();
    watch.close();
    await target.stop();
  }
  await verifyImage(target.folder, null, { journals: [], imports: [] }, 0);
  await target.remove();
}

/** @throws Error when the answer is not as it must be */
async function shoot(
  wire: Wire,
  watch: Watch | null,
  target: Target,
  route: string,
  request: WireRequest,
  report: FuzzReport,
): Promise<void> {
  const logged = target.log().length;
  const outcome = await wire.send(request);
  const isAnswer = outcome !== closed && outcome !== hung;
  report.requests += 1;
  const status = isAnswer ? String(outcome.status) : outcome;
  report.statuses.set(status, (report.statuses.get(status) ?? 0) + 1);
  if (isAnswer && outcome.status < 300) report.reached.add(route);
  report.progress();
  const problem = judge(outcome, pathOf(request.bytes), !request.isOpenEnded) ?? watch?.problem(outcome) ?? null;
  if (problem !== null) throw new Error(problem);
  const log = target.log().slice(logged);
  if (log !== '') throw new Error(`the server logged: ${log}`);
}

function pathOf(bytes: Buffer): string {
  return bytes.subarray(0, 20_000).toString('latin1').split(' ', 2)[1]?.split('?')[0] ?? '';
}

interface Watch {
  /** What a refused request has written all the same; null when nothing. */
  problem(outcome: Outcome): string | null;
  close(): void;
}

/** Looks at the database beside the server after every request. */
function createWatch(target: Target): Watch {
  const db = new Database(join(target.folder, 'tessera.db'), { readonly: true });
  const tables = 'users workspaces memberships apps tables fields keys files plans idempotency webhooks push_devices'
    .split(' ')
    .concat('notifications', 'submissions', 'submission_drafts');
  // An upload that was refused on its way leaves a row behind until it is collected.
  const where = (table: string) => (table === 'files' ? " where state = 'stored'" : '');
  const counts = tables.map((table) => `'${table} ' || (select count(*) from ${table}${where(table)})`);
  const state = db
    .prepare(
      `select ${counts.join(`||' '||`)} || ' changes ' || (select coalesce(max(seq), 0) from changes)
        || ' options ' || (select sum(length(options)) from fields) || ' records ' || (select sum(n) from record_blocks)
        || ' secrets ' || (select count(*) from key_secrets)`,
    )
    .pluck();
  let version = -1;
  let known = '';
  return {
    problem(outcome) {
      const now = db.pragma('data_version', { simple: true }) as number;
      if (now === version) return null;
      version = now;
      const before = known;
      known = String(state.get());
      // Usage and the last use of keys are written behind every request's back; they are not looked at.
      if (before === '' || before === known || outcome === closed || outcome === hung || outcome.status < 400)
        return null;
      return `refused with ${outcome.status}, and wrote: ${before} → ${known}`;
    },
    close: () => db.close(),
  };
}

async function readFirst(wire: Wire, target: Target): Promise<{ document: JsonSchema; cursor: string }> {
  const get = async (path: string): Promise<Record<string, unknown>> => {
    const headers = { ...target.headers.native } as Record<string, string>;
    const seed: Seed = { route: '', method: 'GET', path, query: '', headers, body: null };
    const answer = await wire.send(spoilt(seed, [], ''));
    if (answer === closed || answer === hung || answer.status !== 200) throw new Error(`${path} is not answered`);
    return JSON.parse(answer.body.toString('utf8'));
  };
  const document = await get('/api/v1/openapi.json');
  const page = await get(`/api/v1/tables/${target.everything.id}/records?limit=2`);
  return { document, cursor: String(page.next) };
}

function tell(
  { seed, counterexamplePath, counterexample, errorInstance }: fc.RunDetails<[Shot]>,
  cursor: string,
  target: Target,
): string {
  const [shot] = counterexample ?? [];
  const bytes = shot === undefined ? '' : spoilt(shot.seed, shot.edits, cursor).bytes.toString('latin1');
  const shown = bytes.replace(/(.)\1{99,}/gs, (run, one) => `${one}×${run.length}`).slice(0, 3_000);
  const error = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  const how = `seed ${seed}, path ${counterexamplePath}; database in ${target.folder}`;
  return `${error}\n${shot?.seed.route} with ${JSON.stringify(shot?.edits)?.slice(0, 300)}\n${how}\n${shown}`;
}
