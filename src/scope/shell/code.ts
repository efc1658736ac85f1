// Code in other languages, inside of a command: which hosts its literals name, and whether it reaches out to what they do not name.
// It is not parsed; where it may act on something that no literal says, it is ambiguous.
import { judgePath } from '../sensitive.ts';
import { shown } from '../marks.ts';
import { guessTargets, hostTargets, scanText } from '../targets/recognise.ts';
import { isActive } from './judge.ts';
import { NOTHING, runText, type Run } from './run.ts';

/** Reaches other machines. */
const NETWORK =
  /\b(?:socket|urllib[23]?|urlopen|urlretrieve|requests|httpx|aiohttp|http\.client|HTTPS?Connection|ftplib|smtplib|telnetlib|paramiko|fabric|xmlrpc|websockets?|websocket|poplib|imaplib|nntplib|pycurl|scapy|impacket|ldap3?|pymysql|psycopg2?|pymodbus|snap7|asyncua|opcua|pysnmp|redis|pymongo|boto3|botocore|kubernetes|docker|asyncio\.open_connection|create_connection|gethostby\w+|getaddrinfo|getprint|getstore|Net::\w+|TCPSocket|UDPSocket|open-uri|OpenURI|Faraday|HTTParty|URI\.open|IO::Socket|LWP|HTTP::Tiny|Socket|fetch|axios|XMLHttpRequest|WebSocket|fsockopen|file_get_contents|curl_init|curl_exec|stream_socket_client|SoapClient|inet|TcpClient|WebClient|HttpClient)\b|\b(?:node:)?(?:net|https?|tls|dgram|dns|http2)\b(?=['"]|\.(?:get|request|connect|createConnection|lookup))|\/inet\/(?:tcp|udp)|INVOKE_HTTP/;
/** Runs commands. */
const COMMANDS =
  /\b(?:subprocess|os\.(?:system|popen|exec\w*|spawn\w*|posix_spawn\w*)|pty\.spawn|commands\.getoutput|popen\w*|Popen|child_process|execSync|execFileSync|spawnSync|spawn|system|shell_exec|passthru|proc_open|Open3|IO\.popen|os\.execute|io\.popen|qx|exec|do shell script|getline)\b|`[^`]*`|%x[{([]|\|&/;
/** Makes code or names out of something else. */
const DYNAMIC =
  /\b(?:eval|compile|__import__|importlib|getattr|globals|locals|vars|b(?:16|32|64|85)decode|decodebytes|fromhex|unhexlify|decode64|unpack|pack|atob|Buffer\.from|codecs|decode|chr|fromCharCode|String\.fromCodePoint|zlib|marshal|pickle|rot13|str_rot13|base64|bytes|bytearray|reversed?|gzinflate|hex2bin|create_function|new Function|Function|instance_eval|class_eval|send|const_get|__builtins__|builtins|vm\.run\w*|loadstring|load|translate|maketrans)\s*(?:\(|\.|\[|!|$)|\[::-1\]/;
/** Values from outside of the code. */
const OUTSIDE =
  /\b(?:sys\.argv|input|raw_input|environ|getenv|process\.(?:argv|env)|ARGV|ENV|STDIN|stdin|\$argv|\$_(?:GET|POST|SERVER|ENV)|readlines?|gets|open|read_text|readFileSync|readFile|File\.read|file_get_contents)\b|@ARGV|<>|<STDIN>|\$ENV\{/;
/** Literals put together. */
const JOINED =
  /['"]\s*(?:\+|\.\.?|,\s*['"]\s*\+)\s*\w|\w\s*\+\s*['"]|['"]\s*%\s*[\w(]|\bf['"][^'"]*\{|\.(?:format|join|replace|substr|split|concat)\s*\(|`[^`]*\$\{|#\{|['"]\s*\.\s*[$'"]|[$@]\w+\s*\.\s*['"]|"[^"\n]*[$@][A-Za-z_{]/;

export function readCode(language: string, code: string, run: Run): void {
  const reachesOut = NETWORK.test(code);
  const runsCommands = COMMANDS.test(code) || (language === 'awk' && /\|\s*getline|\bsystem\s*\(|print[^;}]*\|\s*"/.test(code));
  const literals = literalsOf(code);
  let named = 0;
  for (const literal of literals) {
    if (!run.findings.spend()) return;
    named += judgeLiteral(literal, code, reachesOut || runsCommands, run);
  }
  if (language === 'tcl') readTcl(code, run);
  if (DYNAMIC.test(code)) {
    if (reachesOut || runsCommands || /\b(?:exec|eval|compile|__import__|Function|vm\.run\w*|loadstring)\s*\(/.test(code)) {
      run.findings.because('dynamic-command', `The ${language} code makes up at run time what it does: ${shown(code)}`);
    }
  }
  if (!reachesOut && !runsCommands) return;
  if (JOINED.test(code) || OUTSIDE.test(code)) {
    run.findings.because('target-unknown', `What the ${language} code reaches is put together at run time: ${shown(code)}`);
  } else if (
    reachesOut &&
    named === 0 &&
    !/^\s*(?:import|from)\s[^;\n]*;?\s*(?:print\([\w.]*(?:__version__|version)[\w.]*\))?\s*$/.test(code)
  ) {
    run.findings.because('target-unknown', `What the ${language} code reaches cannot be known from it: ${shown(code)}`);
  }
}

/** Words without quotes: what it starts, and what it names. */
function readTcl(code: string, run: Run): void {
  for (const match of code.matchAll(/\b(?:spawn|exec)\s+([^\n;]{1,4096})/g)) {
    if (!run.findings.spend()) return;
    runText(match[1]!, run, (text, inner) => inner.readers.shell(text, inner, NOTHING));
  }
  for (const { target, written } of scanText(code)) run.findings.touch(target, written, 'acts');
}

/** In one pass: an end that is missing costs the rest of its line, and no second look. */
function literalsOf(code: string): readonly string[] {
  const literals = new Set<string>();
  for (let index = 0; index < code.length; index += 1) {
    const quote = code[index]!;
    if (quote === '\\') {
      index += 1;
      continue;
    }
    if (quote !== "'" && quote !== '"' && quote !== '`') continue;
    const isTriple = quote !== '`' && code.startsWith(quote.repeat(3), index);
    const start = index + (isTriple ? 3 : 1);
    const end = isTriple ? tripleEnd(code, start, quote.repeat(3)) : singleEnd(code, start, quote);
    const text = code.slice(start, end);
    if (text !== '') literals.add(text.includes('\\') ? unescapedLiteral(text) : text);
    index = end + (isTriple ? 2 : 0);
  }
  return [...literals];
}

function tripleEnd(code: string, start: number, quotes: string): number {
  const end = code.indexOf(quotes, start);
  return end === -1 ? code.length : end;
}

function singleEnd(code: string, start: number, quote: string): number {
  for (let index = start; index < code.length; index += 1) {
    const character = code[index]!;
    if (character === quote || (character === '\n' && quote !== '`')) return index;
    if (character === '\\') index += 1;
  }
  return code.length;
}

function unescapedLiteral(text: string): string {
  return text.replaceAll(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\}|([0-7]{1,3})|([\s\S]))/gi,
    (_, x?: string, u?: string, braced?: string, octal?: string, other?: string) => {
      const hex = x ?? u ?? braced;
      if (hex !== undefined) return codePoint(Number.parseInt(hex, 16));
      if (octal !== undefined) return codePoint(Number.parseInt(octal, 8));
      return other === 'n' ? '\n' : other === 't' ? '\t' : (other ?? '');
    },
  );
}

function codePoint(value: number): string {
  return value > 0x10ffff ? '' : String.fromCodePoint(value);
}

/** How many targets it named. */
function judgeLiteral(literal: string, code: string, counts: boolean, run: Run): number {
  let named = 0;
  const inet = /^\/inet[46]?\/(?:tcp|udp)\/[^/]*\/([^/]+)/.exec(literal);
  const targets = inet !== null ? hostTargets(inet[1]!) : guessTargets(literal);
  for (const target of targets) {
    named += 1;
    run.findings.touch(target, literal, counts ? 'acts' : 'mentions');
  }
  // Where a connection is made, a bare word or number may be the host.
  if (targets.length === 0 && counts && /^[\w-]{1,63}$/.test(literal) && isEndpoint(literal, code)) {
    for (const target of hostTargets(literal)) {
      named += 1;
      run.findings.touch(target, literal, 'acts');
    }
  }
  if (run.place === 'here' && /^(?:[/~]|[a-z]:[\\/]|\.\.)/i.test(literal) && !literal.startsWith('//'))
    judgePath(literal, { access: 'read', directory: run.state.directory }, run.findings);
  const first = literal.trim().split(/\s+/)[0] ?? '';
  if (
    counts &&
    (COMMANDS.test(code) || /[|;&]/.test(literal)) &&
    (isActive(first) || (/\s/.test(literal) && /^[\w./-]+$/.test(first) && COMMANDS.test(code)))
  ) {
    if (/\s/.test(literal.trim())) {
      runText(literal, run, (text, inner) => inner.readers.shell(text, inner, NOTHING));
      named += 1;
    } else judgeArgvList(literal, code, run);
  }
  return named;
}

function isEndpoint(literal: string, code: string): boolean {
  const at = code.indexOf(literal);
  return /(?:connect|create_connection|open_connection|TCPSocket\.(?:new|open)|Net::HTTP\.(?:get|start|new)|HTTPS?Connection|Telnet|FTP|SMTP|host|PeerAddr|gethostbyname|getaddrinfo|net\.connect|createConnection)\W{0,8}(?:\d{1,5}\W{1,4})?$/i.test(
    code.slice(Math.max(0, at - 60), at),
  );
}

/** `["curl", "http://…"]`: the literals of one list are one command. */
function judgeArgvList(first: string, code: string, run: Run): void {
  const at = code.search(new RegExp(`[[(]\\s*['"]${first.replaceAll(/[^\w-]/g, '\\$&')}['"]`));
  if (at === -1) return;
  const end = code.indexOf(']', at);
  const list = code.slice(at, end === -1 ? undefined : end);
  run.readers.argv(literalsOf(list), run, NOTHING);
}
