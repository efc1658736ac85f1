// A live drill on standard error: what is left of it, and per route what happens. Redrawn in place on a terminal, a line now and then
// elsewhere. Reads nothing by itself.
import { environment } from '#config';
import { durationText, recoveryVerdict, type DrillReport } from '#continuity';
import { columns, plain, type Terminal } from './terminal.ts';

export interface LiveView {
  /** `remainingMs`: until it ends by itself. `lines`: what else there is to say, such as how the canaries fare. */
  show(report: DrillReport, remainingMs: number, lines?: readonly string[]): void;
  /** Leaves the last state on the screen. */
  end(): void;
}

const PLAIN_EVERY_MS = 10_000;
const MOST_ROUTES = 15;

export function createLiveView(terminal: Terminal, monotonic: () => number): LiveView {
  const isAnimated = process.stderr.isTTY && !environment().ci;
  let drawn = 0;
  let lastAtMs = Number.NEGATIVE_INFINITY;
  return {
    show(report, remainingMs, lines = []) {
      if (!isAnimated) {
        if (monotonic() - lastAtMs < PLAIN_EVERY_MS) return;
        lastAtMs = monotonic();
        terminal.note(summaryLine(report, remainingMs));
        return;
      }
      const block = [summaryLine(report, remainingMs), ...routeLines(report, terminal), ...lines.map(plain)];
      // Up to the first line of what was drawn last, and everything below it away.
      if (drawn > 0) process.stderr.write(`\u001B[${drawn}A\u001B[J`);
      const text = block.map((line) => fitted(line, process.stderr.columns)).join('\n');
      terminal.note(text);
      drawn = block.length;
    },
    end() {
      drawn = 0;
    },
  };
}

function summaryLine({ totals, drill }: DrillReport, remainingMs: number): string {
  const left = remainingMs > 0 ? `${durationText(remainingMs)} to go` : 'over';
  return `drill ${drill.id}: ${left} · ${totals.requests} requests, ${totals.answered} answered, ${totals.failed} failed`;
}

function routeLines({ routes }: DrillReport, { noteStyle }: Terminal): string[] {
  if (routes.length === 0) return [];
  const rows = routes.slice(0, MOST_ROUTES).map((route) => {
    const { tone, text } = recoveryVerdict(route.recovery);
    return [
      plain(route.route),
      `${route.requests} requests`,
      `${route.answered} answered`,
      `${route.failed} failed`,
      noteStyle(TONES[tone], text),
      route.failures.map(({ cause, count }) => `${count} × ${plain(cause)}`).join(', '),
    ];
  });
  const hidden = routes.length - MOST_ROUTES;
  return [...columns(rows, '  ').split('\n'), ...(hidden > 0 ? [`  and ${hidden} more routes`] : [])];
}

const TONES = { good: 'green', fair: 'yellow', bad: 'red' } as const;

/** A line that wraps would make the next redraw go up too little. Styles end where the line is cut. */
function fitted(line: string, width: number | undefined): string {
  if (width === undefined || line.length <= width) return line;
  return `${line.slice(0, Math.max(1, width - 1))}\u001B[0m`;
}
