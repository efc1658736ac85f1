// PowerShell, read roughly: words, quotes, variables with one literal value. What it makes up at run time is not known.
import { hasMark, hasUnknown, HOLE, LOCAL, shown } from '../marks.ts';
import { judgePath } from '../sensitive.ts';
import { guessTargets, hostTargets, shareHost, urlTargets } from '../targets/recognise.ts';
import { judgeDestruction } from './destructive.ts';
import { isKnownProgram } from './judge.ts';
import { NOTHING, runText, type Run } from './run.ts';
import { touchAll } from './touch.ts';

const ALIASES: Readonly<Record<string, string>> = {
  iwr: 'invoke-webrequest',
  irm: 'invoke-restmethod',
  iex: 'invoke-expression',
  icm: 'invoke-command',
  etsn: 'enter-pssession',
  nsn: 'new-pssession',
  tnc: 'test-netconnection',
  gc: 'get-content',
  type: 'get-content',
  cat: 'get-content',
  gci: 'get-childitem',
  dir: 'get-childitem',
  ls: 'get-childitem',
  ri: 'remove-item',
  rm: 'remove-item',
  del: 'remove-item',
  rmdir: 'remove-item',
  sc: 'set-content',
  ac: 'add-content',
  cp: 'copy-item',
  copy: 'copy-item',
  mv: 'move-item',
  move: 'move-item',
  ni: 'new-item',
  echo: 'write-output',
  write: 'write-output',
  saps: 'start-process',
  start: 'start-process',
  sls: 'select-string',
  '?': 'where-object',
  where: 'where-object',
  '%': 'foreach-object',
  foreach: 'foreach-object',
  select: 'select-object',
  sort: 'sort-object',
  ft: 'format-table',
  fl: 'format-list',
  gps: 'get-process',
  ps: 'get-process',
  gsv: 'get-service',
  gwmi: 'get-wmiobject',
  gcim: 'get-ciminstance',
  sal: 'set-alias',
  sasv: 'start-service',
  spsv: 'stop-service',
  ndr: 'new-psdrive',
  mount: 'new-psdrive',
  sbp: 'set-psbreakpoint',
  ipmo: 'import-module',
};

/** Cmdlets whose words are only text or names of this machine. */
const LOCAL_VERBS =
  /^(?:write|select|where|foreach|format|sort|measure|group|out|convertto|convertfrom|compare|tee|join|split|sleep|start-sleep|clear-host|get-(?:date|process|service|eventlog|winevent|childitem|content|item|itemproperty|location|host|help|command|member|variable|history|acl|hotfix|computerinfo|localuser|localgroup\w*|netadapter|netipaddress|netipconfiguration|nettcpconnection|netroute|netfirewallrule|filehash|authenticodesignature|volume|disk|psdrive|alias|module|unique|random|culture|scheduledtask|mpcomputerstatus|mpthreat\w*|wmiobject|ciminstance)|set-(?:location|variable)|push-location|pop-location|test-path|resolve-path|new-item|set-content|add-content|copy-item|move-item|rename-item|remove-item|new-variable|import-csv|export-csv|expand-archive|compress-archive|restart-service|start-service|set-executionpolicy)/;
const REMOTE_PARAMETERS =
  /^-(?:computername|cn|server|servername|uri|url|remoteaddress|hostname|proxy|connectionuri|source|destination|root|name|targetname|address|comp\w*|ur\w*)$/;
const CODE_REACHES =
  /net\.webclient|httpclient|tcpclient|udpclient|net\.sockets|webrequest|downloadstring|downloadfile|downloaddata|uploadstring|uploadfile|openread|restsharp|msxml2|winhttp|net\.mail|dns\]?::|ping\(\)|internetexplorer\.application|start-bitstransfer/i;
const ENCODES =
  /frombase64string|\[char\]|-bxor|gzipstream|deflatestream|securestring|\s-join\b|\s-replace\b|\.replace\(|\s-f\s|\[array\]::reverse|tochararray|\[convert\]|getstring\(|\.split\(|\[-1\.\./i;

export function readPowershell(text: string, run: Run): void {
  const code = withoutComments(text)
    .replaceAll(/`(?=[^\r\n0abefnrtv])/g, '')
    .replaceAll(/`\r?\n/g, ' ');
  const variables = new Map<string, string>();
  const statements = splitStatements(code);
  const reachesOut = CODE_REACHES.test(code);
  let named = 0;
  for (const [index, statement] of statements.entries()) {
    if (!run.findings.spend()) return;
    named += judgeStatement(statement, statements[index - 1], variables, reachesOut, run);
  }
  if (ENCODES.test(code)) {
    if (
      reachesOut ||
      /\b(?:iex|invoke-expression|invoke-command|icm|start-process|invoke-webrequest|iwr|irm|invoke-restmethod|scriptblock|invoke\()\b|&\s*[($]/i.test(
        code,
      )
    ) {
      run.findings.because('encoded-command', `The PowerShell code makes up at run time what it does: ${shown(text)}`);
    }
  }
  if (
    /\[scriptblock\]::create|invokescript|\.invoke\(|add-type|reflection\.assembly|\[ref\]\.assembly|getdelegateforfunctionpointer/i.test(
      code,
    )
  ) {
    run.findings.because('dynamic-command', `The PowerShell code runs code that it makes: ${shown(text)}`);
  }
  if (/(?:^|[\s;|{(])[&.]\s*[($]/.test(code))
    run.findings.because('dynamic-command', `PowerShell runs a program whose name is made up at run time: ${shown(text)}`);
  if (reachesOut && named === 0)
    run.findings.because('target-unknown', `What the PowerShell code reaches cannot be known from it: ${shown(text)}`);
}

/** Without `<# … #>`. */
function withoutComments(text: string): string {
  let plain = '';
  let at = 0;
  for (let open = text.indexOf('<#'); open !== -1; open = text.indexOf('<#', at)) {
    const close = text.indexOf('#>', open + 2);
    plain += `${text.slice(at, open)} `;
    at = close === -1 ? text.length : close + 2;
  }
  return plain + text.slice(at);
}

interface Statement {
  readonly words: readonly string[];
  /** What stood before it: a pipe, or the end of the one before. */
  readonly isPiped: boolean;
}

/** Commands by separators and brackets, each in words. */
function splitStatements(code: string): readonly Statement[] {
  const statements: Statement[] = [];
  let words: string[] = [];
  let word = '';
  let hasWord = false;
  let isPiped = false;
  const endWord = (): void => {
    if (hasWord) words.push(word);
    word = '';
    hasWord = false;
  };
  const end = (piped: boolean): void => {
    endWord();
    if (words.length > 0) statements.push({ words, isPiped });
    words = [];
    isPiped = piped;
  };
  for (let index = 0; index < code.length; index += 1) {
    const character = code[index]!;
    if (character === "'" || character === '"' || character === '‘' || character === '’' || character === '“' || character === '”') {
      const close = quoteEnd(code, index, character);
      const inner = code.slice(index + 1, close).replaceAll(character + character, character);
      word += character === '"' || character === '“' ? inner : inner.replaceAll('$', LITERAL_DOLLAR);
      hasWord = true;
      index = close;
    } else if (character === '#' && !hasWord) {
      const line = code.indexOf('\n', index);
      index = line === -1 ? code.length : line - 1;
    } else if (/\s/.test(character) && character !== '\n') endWord();
    else if (character === '$' && code[index + 1] === '(') {
      word += HOLE;
      hasWord = true;
    } else if (character === '|' || character === ';' || character === '\n' || /[(){}]/.test(character)) {
      end(character === '|');
    } else if (character === '&' && !hasWord) end(false);
    else if (character === ',' && hasWord) {
      word += ',';
    } else {
      word += character;
      hasWord = true;
    }
  }
  end(false);
  return statements;
}

/** A dollar in single quotes is one. */
const LITERAL_DOLLAR = '\uFF04';

function quoteEnd(code: string, start: number, quote: string): number {
  for (let index = start + 1; index < code.length; index += 1) {
    if (code[index] !== quote && !(quote === '“' && code[index] === '”') && !(quote === '‘' && code[index] === '’')) continue;
    if (code[index + 1] === quote) index += 1;
    else return index;
  }
  return code.length;
}

function valueOf(word: string, variables: ReadonlyMap<string, string>): string {
  return word
    .replaceAll(
      /\$(?:\{([^}]+)\}|((?:env:|global:|script:)?[A-Za-z_?]\w*))/gi,
      (_, braced: string | undefined, plain: string | undefined) => {
        const name = (braced ?? plain ?? '').toLowerCase().replace(/^(?:global|script):/, '');
        if (
          /^(?:true|false|null|_|pid|pwd|pshome|psscriptroot|psversiontable|env:(?:temp|tmp|username|userprofile|computername|windir|systemroot|programdata|appdata|localappdata|programfiles))$/.test(
            name,
          )
        )
          return LOCAL;
        if (name === 'home') return '~';
        return variables.get(name) ?? HOLE;
      },
    )
    .replaceAll(LITERAL_DOLLAR, '$');
}

/** How many targets it named. */
function judgeStatement(
  statement: Statement,
  previous: Statement | undefined,
  variables: Map<string, string>,
  reachesOut: boolean,
  run: Run,
): number {
  let { words } = statement;
  const assigned = /^\$((?:env:)?\w+)$/i.exec(words[0] ?? '');
  if (assigned !== null && /^[+]?=$/.test(words[1] ?? '')) {
    const name = assigned[1]!.toLowerCase();
    const isLiteral = words.length === 3 && words[1] === '=' && !variables.has(name);
    variables.set(name, isLiteral ? valueOf(words[2]!, variables) : HOLE);
    if (/^env:(?:https?_proxy|all_proxy)$/.test(name))
      touchAll(urlTargets(valueOf(words[2] ?? '', variables)), 'url', words[2] ?? '', 'acts', run);
    words = words.slice(2);
  }
  const values = words.map((word) => valueOf(word, variables));
  const first = values[0];
  if (first === undefined) return 0;
  const lower = first.toLowerCase().replace(/^[&.]\s*/, '');
  const name = ALIASES[lower] ?? lower;
  const args = values.slice(1);
  judgeDestruction(name, args, run);
  judgeEvents(name, args, run);
  if (name === 'invoke-expression') return judgeExpression(args, previous, statement.isPiped, run);
  if (words[0]!.startsWith('&') && hasUnknown(first))
    run.findings.because('dynamic-command', `What PowerShell runs cannot be known: ${shown(words.join(' '))}`);
  // A program that also runs in other shells, not a cmdlet.
  if (!name.includes('-') && isKnownProgram(lower) && ALIASES[lower] === undefined && !/^(?:curl|wget)$/.test(lower)) {
    run.readers.argv([lower, ...args], run, NOTHING);
    return args.some((arg) => guessTargets(arg).length > 0) ? 1 : 0;
  }
  return judgeCmdlet(/^(?:curl|wget)$/.test(name) ? 'invoke-webrequest' : name, args, reachesOut, run);
}

function judgeCmdlet(name: string, args: readonly string[], reachesOut: boolean, run: Run): number {
  let named = 0;
  const isRemote =
    /^(?:invoke-webrequest|invoke-restmethod|test-netconnection|test-connection|enter-pssession|new-pssession|invoke-command|resolve-dnsname|start-bitstransfer|new-psdrive|send-mailmessage|copy-item|new-cimsession|test-wsman|connect-wsman|get-wmiobject|invoke-wmimethod|get-ciminstance|restart-computer|stop-computer|get-service|get-eventlog|get-winevent|get-hotfix|mstsc|ssh|winrs)$/.test(
      name,
    );
  const takesWord =
    /^(?:invoke-webrequest|invoke-restmethod|test-netconnection|test-connection|enter-pssession|new-pssession|resolve-dnsname|test-wsman)$/.test(
      name,
    );
  const use = /^(?:test-|resolve-|get-)/.test(name) ? 'looks-up' : 'acts';
  let hasTarget = false;
  for (const [index, arg] of args.entries()) {
    const parameter = args[index - 1]?.toLowerCase();
    const isValue = parameter !== undefined && isRemote && REMOTE_PARAMETERS.test(parameter);
    const isFirst = takesWord && !arg.startsWith('-') && (index === 0 || !args[index - 1]!.startsWith('-')) && !hasTarget;
    if (arg.startsWith('\\\\') || /^filesystem::\\\\/i.test(arg)) {
      touchAll(hostTargets(shareHost(arg.replace(/^filesystem::/i, '')) ?? HOLE), 'host', arg, 'acts', run);
      named += 1;
    } else if ((isValue && !/^-(?:source|destination|name|root)$/.test(parameter)) || isFirst) {
      hasTarget = true;
      named += 1;
      for (const one of arg.split(',')) {
        if (one === '' || one === '.') continue;
        touchAll(
          /:\/\//.test(one) || /^(?:-uri|-proxy|-connectionuri)$/.test(parameter ?? '') || /^invoke-(?:web|rest)/.test(name)
            ? urlTargets(one)
            : hostTargets(one),
          'host',
          one,
          use,
          run,
        );
      }
    } else if (!LOCAL_VERBS.test(name) || reachesOut) {
      for (const target of literalTargets(arg)) {
        named += 1;
        run.findings.touch(target, arg, 'acts');
      }
      if (isRemote && hasUnknown(arg) && !arg.startsWith('-') && /^(?:start-bitstransfer)$/.test(name))
        touchAll(undefined, 'url', arg, 'acts', run);
    }
    if (run.place === 'here' && /^(?:[a-z]:[\\/]|[/~]|\$home)/i.test(arg))
      judgePath(arg, { access: /^(?:set|add|out|new|copy|move|remove|export|tee)-/.test(name) ? 'write' : 'read' }, run.findings);
  }
  if (takesWord && !hasTarget) run.findings.because('target-unknown', `What ${name} reaches cannot be known from the call.`);
  if (isRemote && args.some(hasMark)) run.findings.noteDynamic();
  if (name === 'start-process' || name === 'set-alias') judgeStarted(args, run);
  // Words of a call such as .DownloadString("…"), which brackets part from what they belong to.
  if (!name.includes('-')) {
    for (const target of literalTargets(name)) {
      named += 1;
      run.findings.touch(target, name, reachesOut ? 'acts' : 'mentions');
    }
    if (reachesOut && hasUnknown(name))
      run.findings.because('target-unknown', 'What the PowerShell code reaches is put together at run time.');
    if (reachesOut && args.some((arg) => arg.startsWith('+') || hasUnknown(arg)))
      run.findings.because('target-unknown', 'What the PowerShell code reaches is put together at run time.');
  }
  return named;
}

function literalTargets(text: string): ReturnType<typeof guessTargets> {
  return text.split(',').flatMap((piece) => [...guessTargets(piece)]);
}

function judgeStarted(args: readonly string[], run: Run): void {
  const words = args
    .filter((arg) => !/^-(?:filepath|argumentlist|args|wait|nonewwindow|windowstyle|hidden|verb|passthru)$/i.test(arg))
    .flatMap((arg) => arg.split(/[\s,]+/));
  if (words.length > 0) run.readers.argv(words, run, NOTHING);
}

function judgeExpression(args: readonly string[], previous: Statement | undefined, isPiped: boolean, run: Run): number {
  const text = args.filter((arg) => !/^-command$/i.test(arg)).join(' ');
  if (text !== '' && !hasMark(text)) {
    runText(text, run, (code, inner) => inner.readers.powershell(code, inner));
    return 0;
  }
  const fetched = isPiped && /webrequest|iwr|irm|restmethod|curl|wget|downloadstring/i.test(previous?.words.join(' ') ?? '');
  run.findings.because(
    fetched ? 'remote-code' : 'dynamic-command',
    `PowerShell runs ${fetched ? 'what came over the network' : 'what cannot be known from the call'}.`,
  );
  return 0;
}

function judgeEvents(name: string, args: readonly string[], run: Run): void {
  const text = args.join(' ');
  if (
    /^(?:clear-eventlog|remove-eventlog|limit-eventlog|stop-computer|restart-computer|format-volume|clear-disk|initialize-disk|remove-partition|disable-windowsoptionalfeature)$/.test(
      name,
    ) ||
    (name === 'set-mppreference' && /-disable|-exclusion/i.test(text)) ||
    name === 'add-mppreference' ||
    (name === 'set-netfirewallprofile' && /false/i.test(text)) ||
    name === 'disable-netfirewallrule'
  ) {
    run.findings.because('destructive-command', `This stops or destroys the machine or what watches it: ${shown(`${name} ${text}`, 100)}`);
  }
}
