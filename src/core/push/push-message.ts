/** What a device receives: JSON that fits into one encrypted push message. */

/**
 * Push services take 4,096 bytes (RFC 8030 §7.2). Of these the header of the encrypted content is 86, its padding delimiter
 * 1 and its tag 16 (RFC 8188, RFC 8291).
 */
export const messageBytesMax = 4096 - 86 - 1 - 16;

export interface PushMessage {
  /** Of the notification. */
  readonly id: string;
  readonly title: string;
  readonly body: string;
  /** Opened by a tap; null: the app's home. */
  readonly url: string | null;
}

const mark = '…';

/** The message as JSON; a text that does not fit is cut, the body before the title, and ends in `…`. */
export function encodeMessage(message: PushMessage): string {
  const whole = JSON.stringify(message);
  if (Buffer.byteLength(whole) <= messageBytesMax) return whole;
  const bare = Buffer.byteLength(JSON.stringify({ ...message, title: '', body: '' }));
  const room = messageBytesMax - bare;
  const title = cut(message.title, Math.max(Math.floor(room / 2), room - jsonBytes(message.body)));
  return JSON.stringify({ ...message, title, body: cut(message.body, room - jsonBytes(title)) });
}

/** Bytes of a text inside a JSON string. */
function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

function cut(text: string, bytesMax: number): string {
  if (jsonBytes(text) <= bytesMax) return text;
  let kept = '';
  let bytes = jsonBytes(mark);
  for (const character of text) {
    bytes += jsonBytes(character);
    if (bytes > bytesMax) break;
    kept += character;
  }
  return kept.trimEnd() + mark;
}
