// One measurement of speed in a process of its own, so that memory and compiled code are its own. Prints one line of JSON. The jobs:
//   pipeline PARTS TRIGGERS   MB/s over ordinary logs and code, cut into pieces of four sizes
//   japanese PARTS            characters/s over Japanese text
//   hostile                   ms for each hostile input
//   request                   microseconds of CPU for a short request
//   dictionary ENTRIES        time to load, memory, slowdown
import { composeInspector, dictionaryFinder, loadInspector, PARTS, type Inspector, type Part } from './inspector.ts';
import { findData, readStockmark } from './data.ts';
import { HOSTILE } from './hostile.ts';
import { japaneseSet } from './japanese-set.ts';
import { ordinaryCode, ordinaryLogs } from './ordinary.ts';
import { randomOf } from './random.ts';

export interface Rate {
  readonly name: string;
  /** A round each: units per second of wall time, and of this process's CPU time (collection of garbage included). */
  readonly wall: readonly number[];
  readonly cpu: readonly number[];
}

const SIZES = [1000, 10_000, 100_000, 1_000_000] as const;
const CORPUS = 2_000_000;
const MEGABYTE = 1e6;

const [job = '', argument = '', more = ''] = process.argv.slice(2);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? '5');

function partsOf(names: string): readonly Part[] {
  return PARTS.filter((part) => names.split(',').includes(part));
}

function clock(units: number, work: () => void): { readonly wall: number; readonly cpu: number } {
  const cpu = process.cpuUsage();
  const start = performance.now();
  work();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wall: (units / wall) * 1000, cpu: (units / (user + system)) * 1e6 };
}

/** Every work once without counting, then all of them in turn, round after round. */
function interleaved(works: readonly { readonly name: string; readonly units: number; readonly work: () => void }[]): readonly Rate[] {
  for (const { work } of works) work();
  const rates = works.map(({ name }) => ({ name, wall: [] as number[], cpu: [] as number[] }));
  for (let round = 0; round < rounds; round++)
    for (const [index, { units, work }] of works.entries()) {
      const { wall, cpu } = clock(units, work);
      rates[index]!.wall.push(wall);
      rates[index]!.cpu.push(cpu);
    }
  return rates;
}

/** ASCII only: what else stands in sources becomes a question mark. */
function codeText(): string {
  const text = ordinaryCode()
    .map((file) => file.text)
    .join('\n');
  return text.slice(0, CORPUS).replaceAll(/[^\0-\x7f]/g, '?');
}

const pieces = (text: string, size: number): readonly string[] =>
  Array.from({ length: Math.floor(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size));

const inspecting = (inspector: Inspector, texts: readonly string[]) => () => {
  for (const text of texts) inspector.inspectText(text);
};

async function pipeline(parts: readonly Part[], triggers: number): Promise<readonly Rate[]> {
  const random = randomOf(7);
  const detectors = Array.from({ length: triggers }, (_, index) => ({
    id: `synthetic-${index}`,
    types: ['dictionary-term'],
    triggers: [random.characters('abcdefghijklmnopqrstuvwxyz', 9)],
    find: () => undefined,
  }));
  const { inspector } = await composeInspector({ parts, detectors });
  const corpora = { logs: ordinaryLogs(CORPUS), code: codeText() };
  return interleaved(
    Object.entries(corpora).flatMap(([name, text]) =>
      SIZES.map((size) => {
        const texts = pieces(text, size);
        return { name: `${name} ${size}`, units: (texts.length * size) / MEGABYTE, work: inspecting(inspector, texts) };
      }),
    ),
  );
}

async function japanese(parts: readonly Part[]): Promise<readonly Rate[]> {
  const { inspector } = await composeInspector({ parts });
  const generated = japaneseSet(1, 8).map(({ text }) => text);
  const data = findData(undefined);
  const wikipedia = data === undefined ? [] : readStockmark(data).map(({ text }) => text);
  const corpora = Object.entries({ 'generated documents': generated, 'Wikipedia sentences': wikipedia }).filter(
    ([, texts]) => texts.length > 0,
  );
  return interleaved(
    corpora.map(([name, texts]) => ({
      name,
      units: texts.reduce((sum, { length }) => sum + length, 0),
      work: inspecting(inspector, texts),
    })),
  );
}

/** Of wall time, which others on the machine lengthen, and of CPU. */
export interface Taken {
  readonly wall: number;
  readonly cpu: number;
}

export interface HostileFigures {
  readonly name: string;
  /** The first text of its kind in the process. */
  readonly first: Taken;
  readonly later: readonly Taken[];
}

async function hostile(): Promise<readonly HostileFigures[]> {
  const { inspector } = await loadInspector();
  // Compiled code, as in a gateway that has served before.
  inspecting(inspector, pieces(ordinaryLogs(300_000), 1000))();
  const time = (text: string): Taken => {
    const { wall, cpu } = clock(1, () => inspector.inspectText(text));
    return { wall: 1000 / wall, cpu: 1000 / cpu };
  };
  return HOSTILE.map(([name, text]) => ({ name, first: time(text), later: Array.from({ length: rounds }, () => time(text)) }));
}

const REQUESTS = 2000;

/** A chat request of 0.8 KB in which three values are to be found, each time others. */
async function request(): Promise<{ readonly micros: readonly number[]; readonly findings: number; readonly characters: number }> {
  const { inspector } = await loadInspector();
  const random = randomOf(11);
  const filler =
    'The pump controller reported a pressure drop during the night shift. Please summarise what happened, list the steps that the operator took and say whether the alarm thresholds should change before the next maintenance window. ';
  const texts = Array.from(
    { length: REQUESTS },
    () =>
      `${filler}Contact: operator${random.digits(4)}@example.co.jp or 03-${random.digits(4)}-${random.digits(4)}, gateway 10.20.${random.between(0, 255)}.${random.between(1, 254)}. ${filler}${filler}`,
  );
  const work = inspecting(inspector, texts);
  for (let round = 0; round < 3; round++) work();
  const micros = Array.from({ length: Math.max(rounds, 5) }, () => 1e6 / clock(REQUESTS, work).cpu);
  return { micros, findings: inspector.inspectText(texts[0]!).length, characters: texts[0]!.length };
}

/** Part numbers, plants and projects, one in eight Japanese. */
function dictionaryCsv(entries: number): Buffer {
  const random = randomOf(entries);
  const lines = ['term,label'];
  for (let index = 0; index < entries; index++) {
    const number = random.digits(6);
    const letters = random.characters('ABCDEFGHJKLMNPQRSTUVWXYZ', 3);
    const term =
      index % 8 === 0
        ? `${random.pick(['青葉', '東雲', '北浜', '港南'])}第${number}変電所`
        : index % 8 === 1
          ? `Project ${letters} ${number}`
          : `${letters}-${number}-${random.characters('0123456789ABCDEF', 4)}`;
    lines.push(`${term},${random.pick(['plant', 'part', 'project'])}`);
  }
  return Buffer.from(lines.join('\n'));
}

/** Needs --expose-gc. */
function liveMegabytes(): number {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / MEGABYTE;
}

async function dictionary(entries: number): Promise<unknown> {
  const csv = dictionaryCsv(entries);
  const before = liveMegabytes();
  const start = performance.now();
  const loaded = await dictionaryFinder(csv);
  const loadMs = performance.now() - start;
  if (loaded === undefined) return { entries, isAbsent: true };
  const live = liveMegabytes() - before;
  const plain = await composeInspector();
  const withTerms = await composeInspector({ finders: [loaded.finder] });
  const texts = pieces(`${ordinaryLogs(CORPUS / 2)}\n${codeText().slice(0, CORPUS / 2)}`, 10_000);
  const units = (texts.length * 10_000) / MEGABYTE;
  const rates = interleaved([
    { name: 'without', units, work: inspecting(plain.inspector, texts) },
    { name: 'with', units, work: inspecting(withTerms.inspector, texts) },
  ]);
  return { entries, csvMegabytes: csv.length / MEGABYTE, loadMs, liveMegabytes: live, tableMegabytes: loaded.bytes / MEGABYTE, rates };
}

const JOBS: Readonly<Record<string, () => Promise<unknown>>> = {
  pipeline: () => pipeline(partsOf(argument), Number(more)),
  japanese: () => japanese(partsOf(argument)),
  hostile,
  request,
  dictionary: () => dictionary(Number(argument)),
};
process.stdout.write(`${JSON.stringify(await JOBS[job]!())}\n`);
