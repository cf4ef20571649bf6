/** An absolute URL of any scheme that only leads somewhere, kept as sent without the space around it. */
import { type FieldType, Refusal } from '../field-type.ts';
import { readTrimmed } from '../read-text.ts';
import { textLike } from '../text-like.ts';

const urlLengthMax = 8_192;
const hierarchicalForm = /^[a-z0-9+.-]+:\/\/[^/?#]/i;
const schemeForm = /^([a-z][a-z0-9+.-]*):./i;
/** The schemes without `//`. Any other needs it: otherwise `localhost:3000` and `Note: call me` would be URLs. */
const opaqueSchemes = new Set([
  'mailto',
  'tel',
  'sms',
  'geo',
  'urn',
  'sip',
  'sips',
  'xmpp',
  'magnet',
  'callto',
  'skype',
  'facetime',
  'bitcoin',
  'ethereum',
]);
// URL parsers drop tabs and line breaks, so "java\nscript:" would run.
const controlCharacters = /\p{Cc}/u;
/** Following a link of these schemes runs code or shows a page of the sender's own making in ours. */
const refusedSchemes = new Set(['javascript', 'vbscript', 'data', 'blob', 'filesystem']);

const refusal = new Refusal('must be an absolute URL such as https://example.com');
const unsafe = new Refusal('must not be a URL that runs code (javascript, vbscript, data, blob)');

export const urlType: FieldType = textLike({
  name: 'url',
  canBeUnique: true,
  parse(input) {
    const text = readTrimmed(input);
    if (typeof text !== 'string') return text;
    const scheme = schemeForm.exec(text)?.[1]?.toLowerCase();
    if (scheme === undefined || text.length > urlLengthMax || controlCharacters.test(text)) return refusal;
    if (refusedSchemes.has(scheme)) return unsafe;
    if (!opaqueSchemes.has(scheme) && !hierarchicalForm.test(text)) return refusal;
    return URL.canParse(text) ? text : refusal;
  },
  example: () => 'https://example.com/page',
  jsonSchema: () => ({ type: 'string', format: 'uri', maxLength: urlLengthMax }),
});
