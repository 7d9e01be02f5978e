// The headers of a request -> the address of its client, as far as a limit tells clients apart.

/**
 * Cloudflare names the address in a header that no client can set. Where that is missing (on a developer's machine) it is
 * what a proxy in front says, and else one address for all. Of an IPv6 address the first half counts: one line of a
 * provider's customer has all of the second half.
 */
export function addressOf(headers: Headers): string {
  const address =
    headers.get('cf-connecting-ip') ??
    headers.get('x-real-ip') ??
    headers.get('x-forwarded-for')?.split(',')[0] ??
    '';
  return network(address.trim());
}

function network(address: string): string {
  if (!address.includes(':') || /\.\d+$/.test(address)) return address; // IPv4, written as such or inside of IPv6
  const [head = '', tail] = address.toLowerCase().split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = tail === undefined ? first : [...first, ...zeros(8 - first.length - last.length), ...last];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

function zeros(count: number): string[] {
  return Array.from({ length: Math.max(0, count) }, () => '0');
}
