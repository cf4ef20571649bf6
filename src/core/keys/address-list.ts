/**
 * Network addresses: allow-lists of addresses and CIDR blocks, and the one spelling under which an address is compared.
 * IPv4 addresses that arrive as IPv6 (`::ffff:192.0.2.1`) are the IPv4 addresses that they stand for.
 */
import { BlockList, isIP } from 'node:net';
import { AppError } from '../errors.ts';

export interface AddressList {
  includes(address: string): boolean;
}

/** Entries of one list at most. */
const addressListMax = 200;

/** The eight groups of an IPv6 address that `isIP` accepts. */
function groupsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const hex = (high: string | undefined, low: string | undefined) => (Number(high) * 256 + Number(low)).toString(16);
  const text = dotted === null ? address : `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}`;
  const [head = '', tail] = text.split('::');
  const read = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const left = read(head);
  if (tail === undefined) return left;
  const right = read(tail);
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

/** IPv4 in dots, also when it came mapped into IPv6; IPv6 without zone; anything else as it is. */
export function plainAddress(address: string): string {
  const zone = address.indexOf('%');
  const bare = zone === -1 ? address : address.slice(0, zone);
  if (isIP(bare) !== 6) return bare;
  const groups = groupsOf(bare);
  const [a, b, c, d, e, mark, high = 0, low = 0] = groups;
  if (mark !== 0xffff || a !== 0 || b !== 0 || c !== 0 || d !== 0 || e !== 0) return bare;
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/** What one network subscriber holds: an IPv4 address, or the first 64 bits of an IPv6 address. */
export function addressGroup(address: string): string {
  if (!address.includes(':')) return address;
  const plain = plainAddress(address);
  return isIP(plain) === 6 ? groupsOf(plain).slice(0, 4).join(':') : plain;
}

/** Adds one entry; false when it is neither an address nor a block. */
function addEntry(list: BlockList, entry: string): boolean {
  const [text = '', prefix, ...rest] = entry.split('/');
  if (rest.length > 0) return false;
  const address = plainAddress(text);
  const version = isIP(address);
  if (version === 0 || text.includes('%')) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (prefix === undefined) {
    list.addAddress(address, family);
    return true;
  }
  if (!/^\d{1,3}$/.test(prefix)) return false;
  // A block written in mapped form counts its 96 leading bits too.
  const bits = Number(prefix) - (version === 4 && text.includes(':') ? 96 : 0);
  if (bits < 0 || bits > (version === 4 ? 32 : 128)) return false;
  list.addSubnet(address, bits, family);
  return true;
}

/** The list that these entries make; null for no entries, which allow any address. An entry that cannot be read allows nothing. */
export function createAddressList(entries: readonly string[]): AddressList | null {
  if (entries.length === 0) return null;
  const list = new BlockList();
  for (const entry of entries) addEntry(list, entry);
  // Clients call many times from one address: the last answer is usually the next one too.
  let last = '';
  let isLastIncluded = false;
  return {
    includes(address) {
      if (address === last) return isLastIncluded;
      const plain = plainAddress(address);
      const version = isIP(plain);
      isLastIncluded = version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
      last = address;
      return isLastIncluded;
    },
  };
}

/** The entries, trimmed. @throws body_invalid naming each entry that is neither an address nor a CIDR block */
export function checkAddressList(entries: readonly string[], field: string): string[] {
  const trimmed = entries.map((entry) => entry.trim());
  const scratch = new BlockList();
  const message = 'must be an IPv4 or IPv6 address, or a block such as 192.0.2.0/24';
  const issues = trimmed.flatMap((entry, i) =>
    addEntry(scratch, entry) ? [] : [{ field: `${field}[${i}]`, code: 'body_invalid' as const, message }],
  );
  if (trimmed.length > addressListMax) {
    issues.push({ field, code: 'body_invalid', message: `must have at most ${addressListMax} entries` });
  }
  const first = issues[0];
  if (first !== undefined) throw new AppError('body_invalid', `${first.field}: ${first.message}`, { issues });
  return trimmed;
}
