// Reports on their way out: to standard output, or into files that only appear whole.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  dependenceHtml,
  dependenceMarkdown,
  drillHtml,
  drillMarkdown,
  planHtml,
  planMarkdown,
  type DependenceReport,
  type DrillReport,
  type PlanReport,
} from '#continuity';
import { createSystemRandom } from '#kernel';
import type { Context } from './command.ts';

export const FORMATS = ['markdown', 'html', 'json'] as const;
export type Format = (typeof FORMATS)[number];

export const OUTPUT_FLAG = {
  type: 'string',
  alias: 'o',
  valueHint: 'FILE',
  description: 'Write to this file instead of standard output',
} as const;

interface Forms<Report> {
  readonly markdown: (report: Report) => string;
  readonly html: (report: Report) => string;
}

function renderer<Report extends object>({ markdown, html }: Forms<Report>): (report: Report, format: Format) => string {
  return (report, format) => {
    switch (format) {
      case 'markdown':
        return markdown(report);
      case 'html':
        return html(report);
      case 'json':
        return `${JSON.stringify({ ok: true, ...report })}\n`;
    }
  };
}

export const renderDrill: (report: DrillReport, format: Format) => string = renderer({ markdown: drillMarkdown, html: drillHtml });
export const renderPlan: (report: PlanReport, format: Format) => string = renderer({ markdown: planMarkdown, html: planHtml });
export const renderDependence: (report: DependenceReport, format: Format) => string = renderer({
  markdown: dependenceMarkdown,
  html: dependenceHtml,
});

/** To the file, and says so; else to standard output. */
export async function writeResult(text: string, output: string | undefined, { terminal, json }: Context): Promise<void> {
  if (output === undefined) return terminal.out(text.trimEnd());
  await writeWhole(output, text);
  if (!json) terminal.note(`${terminal.noteStyle('green', '✓')} written to ${output}`);
}

/** All three forms of a drill report. Returns their paths. */
export async function writeReports(report: DrillReport, directory: string): Promise<readonly string[]> {
  const names = { markdown: 'report.md', html: 'report.html', json: 'report.json' } as const satisfies Record<Format, string>;
  await mkdir(directory, { recursive: true });
  const paths: string[] = [];
  for (const format of FORMATS) {
    const path = join(directory, names[format]);
    await writeWhole(path, renderDrill(report, format));
    paths.push(path);
  }
  return paths;
}

/** A reader never sees half of it, and an interrupted run leaves the old one. */
async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${createSystemRandom().bytes(6).toString('hex')}.tmp`);
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
