// How changes of decisions and broken laws are laid out for people. --json has them whole.
import type { Box, DecisionChange, DecisionSide, MonotoneViolation, TooMuchToCompare } from '#policy';
import { padTo, plain, type Style } from './terminal.ts';

const MOST_BOXES = 12;
const MOST_CHANGES = 50;

export function changesText(changes: readonly DecisionChange[], style: Style): string {
  const shown = changes.slice(0, MOST_CHANGES).map(({ from, to, count: total, boxes }) => {
    const [colour, title] = to.allowed ? (['yellow', 'denied → allowed'] as const) : (['cyan', 'allowed → denied'] as const);
    const heading = `${style(colour, title)}  ${total.toLocaleString('en')}\n    ${sideText(from)} → ${sideText(to)}`;
    return `${heading}\n${boxesText(boxes)}`;
  });
  const rest = changes.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest} more kinds of change; --json lists all`] : [])].join('\n\n');
}

export function violationsText(violations: readonly MonotoneViolation[], style: Style): string {
  return violations
    .slice(0, MOST_CHANGES)
    .map(({ law, count: total, boxes, example: { refusing, allowing } }) => {
      const who = `the worse is allowed by ${allowing.join(', ')}; the better is refused by ${refusing.join(', ') || 'nothing permitting it'}`;
      return `${style('red', '✗')} ${law}  ${total.toLocaleString('en')}\n    ${plain(who)}\n${boxesText(boxes)}`;
    })
    .join('\n');
}

export function tooMuchText({ questions, combinations }: TooMuchToCompare): string {
  return `too much to compare: ${combinations.toLocaleString('en')} combinations, for which Cedar would be asked ${questions.toLocaleString('en')} times`;
}

function sideText({ policies }: DecisionSide): string {
  return policies.length === 0 ? 'nothing permits it' : policies.map(plain).join(', ');
}

function boxesText(boxes: readonly Box[]): string {
  const shown = boxes.slice(0, MOST_BOXES);
  const width = Math.max(...shown.map(({ count: points }) => points.toLocaleString('en').length));
  const lines = shown.map(({ count: points, where }) => {
    const sides = Object.entries(where).map(([name, values]) => `${name}: ${values.map(plain).join(' | ')}`);
    return `    ${padTo(points.toLocaleString('en'), width)}  ${sides.length === 0 ? 'everything' : sides.join('; ')}`;
  });
  const rest = boxes.length - shown.length;
  return [...lines, ...(rest > 0 ? [`    and ${rest} more; --json lists all`] : [])].join('\n');
}
