/** Requests that the server sends by itself: the contract. The network side is in `http/outbound.ts`. */

export interface OutboundRequest {
  /** http or https. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What came back. `error` completes the sentence "not delivered: …" where nothing did. */
export type OutboundAnswer =
  | {
      readonly status: number;
      /** The `Retry-After` header as it was sent. */
      readonly retryAfter: string | null;
      /** The body's beginning, as text. */
      readonly text: string;
      readonly durationMs: number;
    }
  | { readonly status: null; readonly error: string; readonly durationMs: number };

export interface Outbound {
  /**
   * One POST. Never rejects. Goes to public addresses only, unless the operator allows others: the address is resolved once,
   * checked, and connected to; redirects are not followed; 10 s in all; at most 64 KB of the answer are read.
   */
  post(request: OutboundRequest, signal?: AbortSignal): Promise<OutboundAnswer>;
  /** Ends connections that are kept open. */
  close(): void;
}

/** For a core without a network side. */
export const noOutbound: Outbound = {
  post: async () => ({ status: null, error: 'this process sends nothing', durationMs: 0 }),
  close: () => undefined,
};
