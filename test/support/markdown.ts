// What a Markdown page promises: fenced blocks, links, headings, inline code. Enough of CommonMark for our own pages; not a renderer.

export interface Fence {
  /** The first word after the fence: `sh`, `yaml`, … Empty when there is none. */
  readonly language: string;
  /** The words after the first one. `yaml config` marks a complete configuration file. */
  readonly marks: readonly string[];
  readonly text: string;
  /** 1-based line of the opening fence. */
  readonly line: number;
}

export interface Page {
  readonly fences: readonly Fence[];
  readonly links: readonly { readonly target: string; readonly line: number }[];
  readonly inlineCode: readonly { readonly text: string; readonly line: number }[];
  /** Anchors that headings make, as GitHub writes them. */
  readonly anchors: ReadonlySet<string>;
}

export function readPage(markdown: string): Page {
  const fences: Fence[] = [];
  const links: { target: string; line: number }[] = [];
  const inlineCode: { text: string; line: number }[] = [];
  const anchors = new Set<string>();
  let open: { marker: string; indent: number; info: string; lines: string[]; line: number } | undefined;
  for (const [index, text] of markdown.split('\n').entries()) {
    const line = index + 1;
    if (open !== undefined) {
      const closing = /^\s*(`{3,}|~{3,})\s*$/.exec(text)?.[1];
      if (closing !== undefined && closing.startsWith(open.marker)) {
        const [language = '', ...marks] = open.info.split(/\s+/);
        fences.push({ language, marks, text: open.lines.map((row) => `${row}\n`).join(''), line: open.line });
        open = undefined;
      } else open.lines.push(text.replace(new RegExp(`^ {0,${open.indent}}`), ''));
      continue;
    }
    const fence = /^(?<indent>\s*)(?<marker>`{3,}|~{3,})\s*(?<info>[^`]*)$/.exec(text)?.groups;
    if (fence !== undefined) {
      open = { marker: fence['marker']!, indent: fence['indent']!.length, info: fence['info']!.trim(), lines: [], line };
      continue;
    }
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1];
    if (heading !== undefined) anchors.add(anchorOf(heading, anchors));
    for (const match of text.matchAll(/(`+)(?<code>.+?)\1(?!`)/g)) inlineCode.push({ text: match.groups!['code']!.trim(), line });
    const prose = text.replaceAll(/(`+).+?\1(?!`)/g, '');
    for (const match of prose.matchAll(/\]\(\s*<?(?<target>[^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g))
      links.push({ target: match.groups!['target']!, line });
    const definition = /^\s{0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/.exec(prose)?.[1];
    if (definition !== undefined) links.push({ target: definition, line });
  }
  if (open !== undefined) throw new SyntaxError(`line ${open.line}: this fenced block is never closed`);
  return { fences, links, inlineCode, anchors };
}

function anchorOf(heading: string, taken: ReadonlySet<string>): string {
  const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '');
  const base = plain
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
  let anchor = base;
  for (let count = 1; taken.has(anchor); count++) anchor = `${base}-${count}`;
  return anchor;
}
