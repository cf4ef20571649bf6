/** One call as code that can be pasted: cURL for a POSIX shell, JavaScript with fetch, Python with requests. */
import type { Json } from '../../core/fields/field-type.ts';

export interface SampleCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly authorization: string;
  readonly body: Readonly<Record<string, Json>> | null;
}

export interface Samples {
  readonly curl: string;
  readonly javascript: string;
  readonly python: string;
}

export function samplesOf(call: SampleCall): Samples {
  return { curl: curlOf(call), javascript: javascriptOf(call), python: pythonOf(call) };
}

/** The key stands at the end, after "Bearer", unless data follows (wire/adalo.md §9). */
function curlOf({ method, url, authorization, body }: SampleCall): string {
  const lines = [
    `curl ${method === 'GET' ? '' : `-X ${method} `}${shellText(url)}`,
    `-H 'Content-Type: application/json'`,
    `-H ${shellText(`Authorization: ${authorization}`)}`,
    ...(body === null ? [] : [`--data ${shellText(JSON.stringify(body))}`]),
  ];
  return lines.join(' \\\n  ');
}

/** Single quotes keep everything but themselves. */
function shellText(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function javascriptOf({ method, url, authorization, body }: SampleCall): string {
  const lines = [
    `const response = await fetch(${JSON.stringify(url)}, {`,
    ...(method === 'GET' ? [] : [`  method: ${JSON.stringify(method)},`]),
    '  headers: {',
    `    "Authorization": ${JSON.stringify(authorization)},`,
    '    "Content-Type": "application/json",',
    '  },',
    ...(body === null ? [] : [`  body: JSON.stringify(${indented(JSON.stringify(body, null, 2), '  ')}),`]),
    '});',
    method === 'DELETE' ? 'console.log(response.status);' : 'console.log(response.status, await response.json());',
  ];
  return lines.join('\n');
}

function pythonOf({ method, url, authorization, body }: SampleCall): string {
  const lines = [
    'import requests',
    '',
    `response = requests.${method.toLowerCase()}(`,
    `    ${pythonText(url)},`,
    '    headers={',
    `        "Authorization": ${pythonText(authorization)},`,
    '        "Content-Type": "application/json",',
    '    },',
    ...(body === null ? [] : [`    json=${indented(pythonOfJson(body), '    ')},`]),
    ')',
    method === 'DELETE' ? 'print(response.status_code)' : 'print(response.status_code, response.json())',
  ];
  return lines.join('\n');
}

function indented(text: string, indent: string): string {
  return text.replaceAll('\n', `\n${indent}`);
}

/** A JSON value as a Python literal. */
export function pythonOfJson(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return pythonText(value);
  if (Array.isArray(value)) return `[${value.map(pythonOfJson).join(', ')}]`;
  const entries = Object.entries(value).map(
    ([key, entry]) => `    ${pythonText(key)}: ${indented(pythonOfJson(entry), '    ')},\n`,
  );
  return entries.length === 0 ? '{}' : `{\n${entries.join('')}}`;
}

/** Every escape that JSON writes means the same in a Python string. */
function pythonText(text: string): string {
  return JSON.stringify(text);
}
