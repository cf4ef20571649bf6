/** What the thread that reads a source and the one that writes say to each other. */
import { AppError, type ErrorCode, type Issue } from '../errors.ts';
import type { CutPiece } from './cut-pieces.ts';
import type { PieceOrder, SourceReader } from './source-reader.ts';
import type { SourceRow } from './source-table.ts';
import type { Survey } from './survey-source.ts';

export type ToReader =
  | { readonly kind: 'open'; readonly name: string; readonly bytes: number; readonly sheet: string | undefined }
  | { readonly kind: 'survey' }
  | { readonly kind: 'pieces'; readonly order: PieceOrder }
  /** One more piece may be made. */
  | { readonly kind: 'next' }
  /** The rows of a piece that was packed are wanted after all; or needed no more. */
  | { readonly kind: 'rows' | 'release'; readonly at: number }
  /** The content of the source, as it was asked for; null: its end. */
  | { readonly kind: 'bytes'; readonly read: number; readonly bytes: Uint8Array | null };

export type FromReader =
  | ({ readonly kind: 'opened' } & Pick<SourceReader, 'format' | 'how' | 'columns' | 'isText'>)
  | { readonly kind: 'surveyed'; readonly survey: Survey }
  /** `rows`: of a piece that is not packed. */
  | {
      readonly kind: 'piece';
      readonly piece: Omit<CutPiece, 'source'>;
      readonly rows: readonly SourceRow[] | null;
    }
  | { readonly kind: 'end' }
  | { readonly kind: 'rows'; readonly at: number; readonly rows: readonly SourceRow[] }
  | { readonly kind: 'failed'; readonly error: SentError }
  | { readonly kind: 'read'; readonly read: number; readonly start: number }
  /** One more part of the content is wanted; or none any more. */
  | { readonly kind: 'more' | 'close'; readonly read: number };

/** An error in parts, because its class does not travel. */
export interface SentError {
  readonly message: string;
  readonly stack: string | undefined;
  /** Null: it is no refusal. */
  readonly refusal: {
    readonly code: ErrorCode;
    readonly issues: readonly Issue[];
    readonly internal: string | undefined;
  } | null;
}

export function sentError(error: unknown): SentError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (!(error instanceof AppError)) return { message, stack, refusal: null };
  const { code, issues, internal } = error;
  return { message, stack, refusal: { code, issues, internal } };
}

export function receivedError({ message, stack, refusal }: SentError): Error {
  if (refusal !== null) {
    const { code, issues, internal } = refusal;
    return new AppError(code, message, { issues, ...(internal === undefined ? {} : { internal }) });
  }
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
