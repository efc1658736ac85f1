// The timeline as SVG: stacked bars by severity. Colours are attributes, so that the page's policy can forbid inline styles.
import { html, type Html } from '#markup';
import { severity } from './summary.ts';
import { LEVELS, type Timeline } from './timeline.ts';
import type { Words } from './words.ts';
import { isoTime } from './writers.ts';

const WIDTH = 960;
const HEIGHT = 160;
const GROUND = 140;
const COLOURS = { informational: '#b7c0ca', low: '#7fa7cf', medium: '#e0a63a', high: '#d3602f', critical: '#a51d24' } as const;

export function timelineSvg(timeline: Timeline, words: Words): Html {
  const { buckets, widthMs, before, after } = timeline;
  const first = buckets[0];
  const last = buckets.at(-1);
  if (first === undefined || last === undefined) return html`<p>${words.none}</p>`;
  const highest = buckets.reduce((most, { counts }) => Math.max(most, sumOf(counts)), 1);
  const step = WIDTH / buckets.length;
  const bars = buckets.map(({ fromMs, counts }, index) =>
    bar({ fromMs, counts, x: index * step, width: Math.max(0.5, step * 0.85), highest }),
  );
  const legend = LEVELS.map(
    (level, index) =>
      html`<rect x="${index * 130}" y="0" width="10" height="10" fill="${COLOURS[level]}"/><text x="${index * 130 + 15}" y="9" font-size="11">${words.levels[level]}</text>`,
  );
  return html`<svg viewBox="0 0 ${WIDTH} 196" width="100%" role="img" aria-label="${words.timeline}">
<g>${bars}</g>
<line x1="0" y1="${GROUND}" x2="${WIDTH}" y2="${GROUND}" stroke="#5b6572"/>
<text x="0" y="${HEIGHT - 4}" font-size="11">${isoTime(first.fromMs) ?? ''}</text>
<text x="${WIDTH}" y="${HEIGHT - 4}" font-size="11" text-anchor="end">${isoTime(last.fromMs + widthMs) ?? ''}</text>
<g transform="translate(0 176)">${legend}</g>
</svg>
<p class="note">${words.bucket(widthText(widthMs))}${before + after > 0 ? html` ${words.outside(before, after)}` : html``}</p>`;
}

function bar(input: { fromMs: number; counts: readonly number[]; x: number; width: number; highest: number }): Html {
  const { fromMs, counts, x, width, highest } = input;
  const count = sumOf(counts);
  if (count === 0) return html``;
  let top = GROUND;
  const parts = LEVELS.flatMap((level) => {
    const size = counts[severity(level)]!;
    if (size === 0) return [];
    const height = Math.max(1, (size / highest) * (GROUND - 6));
    top -= height;
    return [
      html`<rect x="${x.toFixed(2)}" y="${Math.max(0, top).toFixed(2)}" width="${width.toFixed(2)}" height="${height.toFixed(2)}" fill="${COLOURS[level]}"/>`,
    ];
  });
  return html`<g><title>${isoTime(fromMs) ?? ''}: ${count}</title>${parts}</g>`;
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** `16 s`, `4.3 min`, `9.1 h`, `12 d`. */
export function widthText(widthMs: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
  ];
  for (const [size, unit] of units) if (widthMs >= size) return `${Math.round((widthMs / size) * 10) / 10} ${unit}`;
  return `${Math.round(widthMs / 1000)} s`;
}
