/** Memory that an upload of 50 MB takes, against a bare server that pipes the same bytes into a file. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { Line } from './report.ts';

const uploadBytes = 50_000_000;
const boundary = 'bench-boundary';

export interface UploadTarget {
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly pid: number | undefined;
}

export async function benchUpload(ours: UploadTarget, floor: UploadTarget): Promise<Line[]> {
  const lines: Line[] = [];
  // The first one loads what uploads need; what is measured is what each further one takes.
  for (const target of [floor, ours]) await upload(target, 1_000_000, false);
  const bare = await extraOf(floor, () => upload(floor, uploadBytes, false));
  for (const isForm of [false, true]) {
    const extra = await extraOf(ours, () => upload(ours, uploadBytes, isForm));
    lines.push({
      name: `memory that an upload of 50 MB takes, ${isForm ? 'in a form' : 'as the body'}`,
      value: `${extra.toFixed(0)} MB; a bare server that pipes it into a file: ${bare.toFixed(0)} MB`,
      measured: extra,
      mostMeasured: 80,
    });
  }
  return lines;
}

/** Highest resident memory while it runs, over what it was before. */
async function extraOf({ pid }: UploadTarget, work: () => Promise<void>): Promise<number> {
  const before = memoryOf(pid, 'VmRSS');
  // Begins the record of the highest anew.
  if (existsSync(`/proc/${pid}/clear_refs`)) writeFileSync(`/proc/${pid}/clear_refs`, '5');
  await work();
  return memoryOf(pid, 'VmHWM') - before;
}

function memoryOf(pid: number | undefined, what: 'VmRSS' | 'VmHWM'): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024) / 1e6;
}

function upload({ url, path, headers }: UploadTarget, bytes: number, isForm: boolean): Promise<void> {
  const chunk = Buffer.alloc(64 * 1024, 'a line of a file that is uploaded\n');
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n`;
  const [before, after] = isForm ? [head, `\r\n--${boundary}--\r\n`] : ['', ''];
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname,
        port,
        path,
        method: 'POST',
        headers: {
          ...headers,
          'Content-Type': isForm ? `multipart/form-data; boundary=${boundary}` : 'application/octet-stream',
          'Content-Length': bytes + before.length + after.length,
        },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () => {
          if ((answer.statusCode ?? 500) < 300) resolve();
          else reject(new Error(`an upload was answered with ${answer.statusCode}`));
        });
      },
    ).on('error', reject);
    let left = bytes;
    const send = (): void => {
      while (left > 0) {
        const piece = left < chunk.length ? chunk.subarray(0, left) : chunk;
        left -= piece.length;
        if (!outgoing.write(piece)) return void outgoing.once('drain', send);
      }
      outgoing.end(after);
    };
    outgoing.write(before, () => send());
  });
}
