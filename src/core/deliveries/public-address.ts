/** Which network addresses are of the public Internet: the only ones that the server calls unless it is allowed others. */
import { BlockList, isIP } from 'node:net';
import { plainAddress } from '../keys/address-list.ts';

/** IANA's special-purpose addresses that are not globally reachable, and multicast. */
const reserved4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** Within 2000::/3; everything outside it is not public. The tunnels among them would carry us to any IPv4 address. */
const reserved6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

function listOf(blocks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [net = '', bits] = block.split('/');
    list.addSubnet(net, Number(bits), family);
  }
  return list;
}

const notPublic4 = listOf(reserved4, 'ipv4');
const global6 = listOf(['2000::/3'], 'ipv6');
const notPublic6 = listOf(reserved6, 'ipv6');

/** What is no address is not public. */
export function isPublicAddress(address: string): boolean {
  const plain = plainAddress(address);
  switch (isIP(plain)) {
    case 4:
      return !notPublic4.check(plain, 'ipv4');
    case 6:
      return global6.check(plain, 'ipv6') && !notPublic6.check(plain, 'ipv6');
    default:
      return false;
  }
}
