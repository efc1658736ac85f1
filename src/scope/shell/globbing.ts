// The globbing of curl: one URL that stands for several. https://curl.se/docs/manpage.html, URL.
import { HOLE } from '../marks.ts';
import { numbersOf } from './words.ts';

/** Every URL meant, up to 1,024; more, or what cannot be read, comes with a mark in the place. */
export function bracesIn(url: string): readonly string[] {
  if (!/[{[]/.test(url)) return [url];
  let all: readonly string[] = [''];
  let rest = url;
  while (rest !== '') {
    const match = /\{([^{}]*)\}|\[([a-z0-9]+)-([a-z0-9]+)(?::([0-9]+))?\]/i.exec(rest);
    if (match === null) return all.map((prefix) => prefix + rest);
    const choices =
      match[1] !== undefined
        ? match[1].split(',')
        : /^[0-9]+$/.test(match[2]!) && /^[0-9]+$/.test(match[3]!)
          ? numbersOf(match[2]!, match[3]!, match[4])
          : [HOLE];
    const before = rest.slice(0, match.index);
    if (all.length * choices.length > 1024) return [url.slice(0, url.indexOf(match[0])) + HOLE];
    all = all.flatMap((prefix) => choices.map((choice) => prefix + before + choice));
    rest = rest.slice(match.index + match[0].length);
  }
  return all;
}
