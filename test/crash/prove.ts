/** The whole proof: so many points, most of them power cuts, the rest kills. */
import { killServers } from './kills.ts';
import { cutPower } from './power-cuts.ts';
import type { Report } from './report.ts';

/** A kill takes as long as thirty images, and shows less; but it is the real server. */
const killShare = 0.06;

/** @throws Error that names the seed and the moment at which something was lost */
export async function proveCrashes(points: number, seed: number, report: Report): Promise<void> {
  const kills = Math.ceil(points * killShare);
  await cutPower(points - kills, seed, report);
  await killServers(kills, seed, report);
}
