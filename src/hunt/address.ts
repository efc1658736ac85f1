// IP addresses and networks, both versions in one form. Parsing only; nothing is resolved.

/** Eight groups of 16 bits; IPv4 as IPv4-mapped. Undefined: no address. */
function parseAddress(text: string): readonly number[] | undefined {
  if (text.length > 64) return undefined;
  const address = text.trim().replace(/%.*$/, '');
  if (!address.includes(':')) {
    const four = parseV4(address);
    return four === undefined ? undefined : [0, 0, 0, 0, 0, 0xffff, ...four];
  }
  const halves = address.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [groupsOf(halves[0] ?? ''), groupsOf(halves[1] ?? '')];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes('.')) {
      const four = parseV4(part);
      if (four === undefined) return undefined;
      groups.push(...four);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function parseV4(text: string): readonly [number, number] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = match.slice(1).map(Number);
  return a > 255 || b > 255 || c > 255 || d > 255 ? undefined : [(a << 8) | b, (c << 8) | d];
}

/** Undefined: not a network. */
export function networkMatcher(network: string): ((text: string) => boolean) | undefined {
  const [base = '', length = '', extra] = network.split('/');
  const wanted = parseAddress(base);
  const most = base.includes(':') ? 128 : 32;
  if (wanted === undefined || extra !== undefined || !/^\d{1,3}$/.test(length) || Number(length) > most) return undefined;
  const bits = Number(length) + (base.includes(':') ? 0 : 96);
  return (text) => {
    const address = parseAddress(text);
    if (address === undefined) return false;
    for (let group = 0, left = bits; left > 0; group++, left -= 16) {
      const mask = left >= 16 ? 0xffff : (0xffff << (16 - left)) & 0xffff;
      if (((address[group] as number) & mask) !== ((wanted[group] as number) & mask)) return false;
    }
    return true;
  };
}
