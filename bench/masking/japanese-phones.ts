// Telephone numbers of Japan as people write them: real area codes, real prefixes, invented subscribers.
import { joined, value, type Doc } from './doc.ts';
import type { Random } from './random.ts';
import { OPTIONAL } from './scoring.ts';
import { fullWidth } from './japanese-text.ts';

/** Area codes with the length of the exchange behind them; with the subscriber's four digits a number has ten. */
const AREA_CODES: readonly (readonly [area: string, exchange: number])[] = Object.entries({
  4: '03 06',
  3: '011 022 023 024 025 026 027 028 029 042 043 044 045 046 047 048 049 052 053 054 055 058 059 072 073 075 076 077 078 079 082 083 084 086 087 088 089 092 093 095 096 097 098 099',
  2: '0123 0138 0166 0172 0176 0191 0220 0235 0244 0258 0263 0279 0285 0299 0422 0436 0463 0466 0480 0532 0545 0561 0586 0595 0742 0749 0761 0774 0798 0823 0835 0852 0866 0877 0897 0940 0952 0967 0977 0985 0995',
  1: '01267 04992 04998 05769 08396 09496',
}).flatMap(([exchange, areas]) => areas.split(' ').map((area) => [area, Number(exchange)] as const));

export type PhoneKind = 'mobile' | 'fixed' | 'ip' | 'free' | 'international';

/** Blocks of the number, as written between hyphens. */
function blocks(random: Random, kind: PhoneKind): readonly string[] {
  switch (kind) {
    case 'mobile':
      return [random.pick(['090', '080', '070']), `${random.between(1, 9)}${random.digits(3)}`, random.digits(4)];
    case 'ip':
      return ['050', `${random.between(1, 9)}${random.digits(3)}`, random.digits(4)];
    case 'free':
      return random.pick([
        ['0120', random.digits(3), random.digits(3)],
        ['0800', random.digits(3), random.digits(4)],
        ['0570', `0${random.digits(2)}`, random.digits(3)],
      ]);
    case 'fixed': {
      const [area, exchange] = random.pick(AREA_CODES);
      return [area, `${random.between(2, 9)}${random.digits(exchange - 1)}`, random.digits(4)];
    }
    case 'international': {
      const [first, ...rest] = blocks(random, random.pick(['mobile', 'fixed']));
      return [`+81-${first!.slice(1)}`, ...rest];
    }
  }
}

const HYPHENS = ['‐', '‑', '–', '−', '－', 'ー'];

/** Any of the ways to write one. `bare` allows a number without any separator, which needs words around it. */
export function phone(random: Random, kind?: PhoneKind, bare = false): Doc {
  const chosen = kind ?? random.pick<PhoneKind>(['mobile', 'mobile', 'mobile', 'fixed', 'fixed', 'fixed', 'ip', 'free', 'international']);
  const [first = '', second = '', third = ''] = blocks(random, chosen);
  const hyphenated = `${first}-${second}-${third}`;
  if (chosen === 'international') {
    const [country, area] = first.split('-');
    return value(
      'phone',
      random.pick([
        hyphenated,
        `${country} ${area} ${second} ${third}`,
        `${country}${area}${second}${third}`,
        `${country} (0)${area}-${second}-${third}`,
        fullWidth(hyphenated),
      ]),
    );
  }
  const styles: (() => string)[] = [
    () => hyphenated,
    () => hyphenated,
    () => hyphenated,
    () => fullWidth(hyphenated),
    () => hyphenated.replaceAll('-', random.pick(HYPHENS)),
    () => [first, second, third].map(fullWidth).join('ー'),
  ];
  if (chosen === 'fixed')
    styles.push(
      () => `${first}(${second})${third}`,
      () => `(${first})${second}-${third}`,
      () => `（${fullWidth(first)}）${fullWidth(second)}－${fullWidth(third)}`,
      () => `${first}（${second}）${third}`,
    );
  if (chosen === 'mobile')
    styles.push(
      () => `${first} ${second} ${third}`,
      () => `${first}(${second})${third}`,
    );
  if (bare)
    styles.push(
      () => first + second + third,
      () => fullWidth(first + second + third),
    );
  return value('phone', random.pick(styles)());
}

/** With an extension behind it, which may be found and need not be: without the number it reaches nobody. */
export function phoneWithExtension(random: Random): Doc {
  const extension = value(OPTIONAL, random.digits(random.between(3, 4)));
  const [before, after] = random.pick([
    ['（内線', '）'],
    [' 内線 ', ''],
    ['(内線:', ')'],
  ] as const);
  return joined([phone(random, 'fixed'), before, extension, after]);
}
