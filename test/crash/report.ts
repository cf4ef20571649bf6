/** What a run has proven so far. */
import type { Tear } from './cut-images.ts';

export interface Report {
  /** Power cuts whose image held everything. */
  cuts: number;
  /** Kills after which the server held everything. */
  kills: number;
  /** Operations that were sent. */
  acknowledged: number;
  /** Times that the log began anew in recorded runs. */
  restarts: number;
  /** Images by what became of the unsynced writes. */
  readonly tears: Map<Tear, number>;
  /** Operations that had no answer when the server died, and had happened all the same. */
  happened: number;
  /** Imports that were begun. */
  imports: number;
  /** Times that an interrupted import went on from an image to its end. */
  wentOn: number;
  /** Called after each point. */
  progress(): void;
}

export function createReport(progress: (report: Report) => void = () => undefined): Report {
  const report: Report = {
    cuts: 0,
    kills: 0,
    acknowledged: 0,
    restarts: 0,
    tears: new Map(),
    happened: 0,
    imports: 0,
    wentOn: 0,
    progress: () => progress(report),
  };
  return report;
}
