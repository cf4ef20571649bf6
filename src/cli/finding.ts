/** What `tessera doctor` has to say about one thing. `advice` says what to do. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'problem';
  readonly detail: string;
  readonly advice: string | null;
}

export function ok(check: string, detail: string): Finding {
  return { check, state: 'ok', detail, advice: null };
}

export function warning(check: string, detail: string, advice: string): Finding {
  return { check, state: 'warning', detail, advice };
}

export function problem(check: string, detail: string, advice: string): Finding {
  return { check, state: 'problem', detail, advice };
}
