/** What every answer must keep to, whatever was asked: no fault, no inner workings, the dialect's own shape, an end in time. */
import { dialects } from '../../src/dialects/index.ts';
import { closed, hung, type Outcome, type WireAnswer } from './wire.ts';

/** What only the inside of the server says. */
const inner =
  /\bat [\w.<>[\] ]+ \(|\bat (?:file|node):|node_modules|SQLITE_|SqliteError|(?:Type|Range|Reference|Syntax)Error|\/src\/|\.ts:\d|\bFST_ERR_|\bselect\b.+\bfrom\b.+\bwhere\b|ECONN|tsr_[0-9A-Za-z]{38}/;

/** Why the outcome is not as it must be; null when it is. `isRequest`: HTTP that the server could read to its end. */
export function judge(outcome: Outcome, path: string, isRequest: boolean): string | null {
  if (outcome === hung) return 'no answer in time';
  if (outcome === closed) return isRequest ? 'the connection ended without an answer' : null;
  const { status, body } = outcome;
  const text = body.toString('utf8');
  if (status < 200 || status >= 500) return `status ${status}: ${text.slice(0, 300)}`;
  if (status >= 400) {
    const told = inner.exec(text);
    if (told !== null) return `inner workings ("${told[0]}") in ${status}: ${text.slice(0, 300)}`;
  }
  // What is no HTTP is refused before anybody knows whose it was: by the server's own short answer.
  if (!isRequest || status < 400 || text === '' || isOfParser(outcome, text)) return null;
  return shapeProblem(outcome, path, text);
}

/** Of what is no HTTP, or too much of it, nobody knows whose it was. */
function isOfParser({ headers }: WireAnswer, text: string): boolean {
  const isShort = /"code":"(?:request_malformed|headers_too_large|request_timeout)"/.test(text);
  return isShort || headers.get('connection') === 'close';
}

function shapeProblem({ status, headers }: WireAnswer, path: string, text: string): string | null {
  if (/^\/(?:healthz|readyz|metrics|files)\b/.test(path)) return null;
  // Pages are for people; a path below them that is no page's is nobody's.
  if (path.startsWith('/f/') && headers.get('content-type')?.startsWith('text/html') === true) return null;
  const owner = dialects.find((one) => one.owns(path))?.name ?? 'native';
  const type = headers.get('content-type') ?? '';
  if (owner === 'adalo' && status === 404 && text === 'Not Found') return null;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return `${owner} refused with what is no JSON (${type}): ${text.slice(0, 200)}`;
  }
  return shapes[owner]?.(body as Record<string, unknown>, status) === true
    ? null
    : `${owner} refused in another shape than its own: ${text.slice(0, 300)}`;
}

type Shape = (body: Readonly<Record<string, unknown>>, status: number) => boolean;

const shapes: Readonly<Record<string, Shape>> = {
  native: ({ type, title, status, code, detail }, own) =>
    typeof type === 'string' &&
    typeof title === 'string' &&
    status === own &&
    typeof code === 'string' &&
    typeof detail === 'string',
  adalo: ({ error }) => typeof error === 'string',
  retable: ({ statusCode, message, error }, own) =>
    statusCode === own && typeof message === 'string' && typeof error === 'string',
  formaloo: ({ status, errors }, own) => status === own && typeof errors === 'object',
};
