// sekisho catalogue: what is publicly known of models, with its sources. Reads data only; it asks nobody and decides nothing.
import { readFile } from 'node:fs/promises';
import {
  loadCatalogue,
  nearestCatalogueId,
  parseCatalogueText,
  type Catalogue,
  type CatalogueEntry,
  type CatalogueProblem,
} from '#providers';
import { SekishoError } from '#kernel';
import { command, JSON_FLAG } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { columns, plain, type Style, type Terminal } from '../terminal.ts';

const MOST_BYTES = 4 << 20;

export const catalogue = command({
  flags: {
    action: { type: 'positional', description: '`show`, to see one entry in full; left out: list all' },
    id: { type: 'positional', description: 'Which entry: openai/gpt-6-sol' },
    file: {
      type: 'string',
      valueHint: 'FILE',
      description: 'Your own entries (YAML or JSON), as `catalogue:` in the configuration names them',
    },
    json: JSON_FLAG,
  },
  details:
    'The catalogue says of known models who sells them, whose weights they are, where they run, which trusted-access program they need, ' +
    'what they cost and what surprises. A deployment takes an entry as its default: `catalogue: openai/gpt-6-sol`. Each claim has a date ' +
    'and a source; what nobody has said is unknown, and never counts as domestic. An entry of your own replaces the shipped one.',
  examples: [
    ['sekisho catalogue', 'All entries'],
    ['sekisho catalogue show openai/gpt-6-sol', 'One entry, with its sources'],
    [`sekisho catalogue --json | jq -r '.entries[] | select(.weights.country == "JP") | .id'`, 'Models with weights from Japan'],
  ],
  async run({ action, id, file, json }, { terminal }) {
    if (action !== undefined && action !== 'show') throw usageError(`\`sekisho catalogue\` knows \`show\` and nothing else`, HELP);
    if (action === 'show' && id === undefined) throw usageError('which entry?', 'sekisho catalogue lists the ids.');
    const known = await load(file);
    if (id === undefined) {
      list(terminal, known, json);
      return EXIT.ok;
    }
    const entry = known.entries.get(id);
    if (entry === undefined) throw unknownEntry(known, id);
    const isOwn = known.overridden.has(id);
    if (json) terminal.out(JSON.stringify({ ok: true, released: known.released, own: isOwn, entry }));
    else show(terminal, entry, isOwn);
    return EXIT.ok;
  },
});

const HELP = 'sekisho catalogue --help shows what it takes.';

async function load(file: string | undefined): Promise<Catalogue> {
  let override: unknown;
  if (file !== undefined) {
    const text = await readFile(file, 'utf8');
    if (text.length > MOST_BYTES) throw new SekishoError('catalogue-invalid', `${file} is larger than ${MOST_BYTES} bytes`);
    const parsed = parseCatalogueText(text);
    if (!parsed.ok) throw invalid(file, [parsed.error]);
    override = parsed.value;
  }
  const loaded = loadCatalogue(override === undefined ? {} : { override });
  if (!loaded.ok) throw invalid(file ?? 'the catalogue', loaded.error);
  return loaded.value;
}

function invalid(file: string, problems: readonly CatalogueProblem[]): SekishoError {
  const first = problems[0]!;
  const place = first.path === '' ? '' : ` at ${first.path}`;
  const others = problems.length === 1 ? '' : `, and ${problems.length - 1} more`;
  return new SekishoError('catalogue-invalid', `${file} is not in order${place}: ${first.reason}${others}`, {
    hint: 'schema/sekisho.catalogue.schema.json describes the file.',
  });
}

function unknownEntry(known: Catalogue, id: string): SekishoError {
  const nearest = nearestCatalogueId(known, id);
  return new SekishoError('unknown-entry', `the catalogue has no ${JSON.stringify(id)}`, {
    hint: nearest === undefined ? 'sekisho catalogue lists the ids.' : `Did you mean ${nearest}?`,
  });
}

function list(terminal: Terminal, known: Catalogue, json: boolean): void {
  const entries = [...known.entries.values()];
  if (json) {
    terminal.out(JSON.stringify({ ok: true, released: known.released, own: [...known.overridden], entries }));
    return;
  }
  const { style } = terminal;
  const head = ['ID', 'VENDOR', 'WEIGHTS', 'HOSTED', 'PROGRAM', 'FORMATS'].map((title) => style('dim', title));
  const rows = entries.map((entry) => [
    entry.id + (known.overridden.has(entry.id) ? ' *' : ''),
    entry.vendor === undefined ? style('dim', 'anyone') : plain(`${entry.vendor.company} ${entry.vendor.country}`),
    plain(`${entry.weights.lineage} ${entry.weights.country}`),
    entry.hosting?.country ?? style('dim', '–'),
    entry.access?.program ?? (entry.access === undefined ? style('dim', '–') : style('dim', 'no field')),
    (entry.wires ?? []).join(', '),
  ]);
  terminal.out(columns([head, ...rows]));
  const own = known.overridden.size === 0 ? '' : ` * is your own.`;
  terminal.note(`Catalogue of ${known.released}.${own} \`sekisho catalogue show ID\` gives sources.`);
}

function show(terminal: Terminal, entry: CatalogueEntry, isOwn: boolean): void {
  const { style, out } = terminal;
  out(`${style('bold', entry.id)}  ${plain(entry.name)}${isOwn ? style('yellow', '  your own entry') : ''}`);
  out(columns(factRows(entry, style)));
  if (entry.quirks.length > 0) {
    out(`\n${style('bold', 'Quirks')}`);
    out(
      columns(
        entry.quirks.map(({ id, note }) => [style('dim', id), plain(note)]),
        '  ',
      ),
    );
  }
  out(`\n${style('bold', 'Sources')}`);
  out(
    columns(
      entry.sources.map(({ asOf, url, says }) => [asOf, plain([url, says].filter((part) => part !== undefined).join(': '))]),
      '  ',
    ),
  );
}

function factRows(entry: CatalogueEntry, style: Style): string[][] {
  const unknown = style('dim', 'unknown');
  const { vendor, hosting, subprocessors, access, price, retentionDays } = entry;
  const others = subprocessors?.map(({ company, country }) => `${company} ${country}`).join(', ');
  const rows: [string, string][] = [
    ['kind', entry.kind],
    ['vendor', vendor === undefined ? 'anyone who runs the weights' : plain(`${vendor.company}, ${vendor.country}`)],
    ['weights', plain(`${entry.weights.lineage}, ${entry.weights.country}`)],
    ['hosting', hosting?.country ?? unknown],
    ['sub-processors', others === undefined ? unknown : others === '' ? 'none' : plain(others)],
    ['retention', retentionDays === undefined ? unknown : `${retentionDays} days`],
    ['formats', entry.wires?.join(', ') ?? unknown],
  ];
  if (entry.models !== undefined) rows.push(['models', plain(entry.models.join(', '))]);
  if (access !== undefined) {
    rows.push(['program', plain(`${access.program ?? 'no field in requests'} (${access.vendorProgram})`)]);
    rows.push(['who may', plain(access.approval)]);
  }
  if (price !== undefined) rows.push(['price', priceText(price)]);
  if (entry.contextLength !== undefined) rows.push(['context', `${entry.contextLength} tokens`]);
  if (entry.retires !== undefined) rows.push(['retires', style('yellow', entry.retires)]);
  return rows.map(([name, value]) => [style('dim', name), value]);
}

function priceText(price: NonNullable<CatalogueEntry['price']>): string {
  const { currency, inputPerMillionTokens, outputPerMillionTokens, cachedInputPerMillionTokens, source } = price;
  const cached = cachedInputPerMillionTokens === undefined ? '' : `, cached ${cachedInputPerMillionTokens}`;
  return plain(
    `${currency} ${inputPerMillionTokens} in${cached}, ${outputPerMillionTokens} out, a million tokens each (${source.asOf}, ${source.url ?? source.says ?? ''})`,
  );
}
