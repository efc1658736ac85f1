// What kind of work a tool does, by its name, and what its members hold, by theirs. Data and look-ups only; a name that is not here is
// `unknown`, whose members all count.

export type ToolKind =
  | 'shell'
  | 'powershell'
  | 'batch'
  | 'code'
  | 'fetch'
  | 'search'
  | 'read'
  | 'write'
  | 'patch'
  | 'prose'
  | 'message'
  | 'unknown';

/** Letters and digits of the last part of a tool's name. */
const KINDS: Readonly<Record<Exclude<ToolKind, 'unknown' | 'code'>, string>> = {
  shell:
    'bash shell localshell localshellcall sh exec execcommand executecommand runcommand runshellcommand runterminalcmd runinterminal terminal terminalexec shellcommand containerexec execshell ' +
    'runshell bashtool commandline runscript executebash executeshell executeshellcommand unifiedexec ssh sshexec writestdin',
  powershell: 'powershell pwsh runpowershell executepowershell',
  batch: 'cmd cmdexe batch runbatch windowscommand',
  fetch: 'webfetch fetch httprequest fetchurl browsernavigate navigate openurl urlfetch webbrowser httpget httppost curl download',
  search: 'websearch search searchweb toolsearch codesearch semanticsearch grepsearch codebasesearch',
  read: 'read readfile readfiles view viewfile viewimage glob grep ls listdir listdirectory listfiles findfiles filesearch readmultiplefiles notebookread readtextfile searchfiles',
  write:
    'write writefile edit multiedit editfile strreplaceeditor strreplacebasededittool strreplace createfile notebookedit replace replaceinfile insertedit writetofile savefile appendfile searchreplace',
  patch: 'applypatch applydiff patch',
  message:
    'sendemail sendmail email sendmessage postmessage slackpostmessage sendslackmessage reply createissue addcomment addissuecomment createissuecomment createticket updateticket createpullrequest',
  prose:
    'task agent todowrite todoread updateplan think exitplanmode askuserquestion askfollowupquestion attemptcompletion plan memory spawnagent sendinput remember note finish',
};

const CODE_TOOLS: Readonly<Record<string, string>> = {
  python: 'python',
  executepython: 'python',
  runpython: 'python',
  codeinterpreter: 'python',
  codeexecution: 'python',
  pythonexec: 'python',
  executecode: 'python',
  runcode: 'python',
  jupyter: 'python',
  javascript: 'node',
  runjavascript: 'node',
  executejavascript: 'node',
  nodeexec: 'node',
  evaluate: 'node',
  browserevaluate: 'node',
};

const BY_NAME: ReadonlyMap<string, ToolKind> = new Map(
  Object.entries(KINDS).flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind as ToolKind] as const)),
);

export function toolKind(name: string): { readonly kind: ToolKind; readonly language: string } {
  const last = name
    .slice(0, 256)
    .split(/__|[./:]/)
    .at(-1)!;
  const plain = last.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const language = CODE_TOOLS[plain];
  if (language !== undefined) return { kind: 'code', language };
  return { kind: BY_NAME.get(plain) ?? 'unknown', language: 'python' };
}

/** What a member's text is read as. `document`: reported, does not decide. `word`: whatever it looks like, and a command if it is one. */
export type Reading =
  | 'command'
  | 'argv'
  | 'code'
  | 'url'
  | 'host'
  | 'read-path'
  | 'write-path'
  | 'email'
  | 'repository'
  | 'environment'
  | 'account'
  | 'document'
  | 'data'
  | 'word';

const MEMBERS: Readonly<Record<string, string>> = {
  command: 'command cmd commands commandline shellcommand script bash sh shellcmd chars',
  argv: 'args argv arguments argumentlist',
  url: 'url uri href endpoint link baseurl targeturl pageurl websiteurl urls proxy proxyurl',
  host: 'host hostname hosts target targets server servers ip ips ipaddress address domain domains rhost rhosts lhost remotehost fqdn gateway nameserver computername sshhost destination',
  path: 'path filepath file files filename paths cwd workdir workingdirectory dir directory notebookpath targetfile relativepath absolutepath folder root',
  email: 'to cc bcc recipient recipients email emails mailto',
  repository: 'repository repo repositoryurl repourl remote remoteurl giturl cloneurl',
  account: 'account accountid accountnumber awsaccountid subscription subscriptionid project projectid gcpproject',
  environment: 'env environment envvars environmentvariables',
  document:
    'content contents newstring oldstring newstr oldstr inserttext filetext newsource text body message description prompt todos explanation justification plan thought reasoning comment comments note notes summary ' +
    'reason title subject question edits replacement newcontent codeedit instruction instructions sandboxpermissions',
  data: 'timeout timeoutms yieldtimems maxoutputtokens limit offset login shell tty sessionid runinbackground replaceall language encoding method pattern glob query allowedtools headlimit outputmode subagenttype activeform status type id callid background',
};

const READINGS: ReadonlyMap<string, string> = new Map(
  Object.entries(MEMBERS).flatMap(([reading, names]) => names.split(' ').map((name) => [name, reading] as const)),
);

/** Takes commands. */
export function isShell(kind: ToolKind): boolean {
  return kind === 'shell' || kind === 'powershell' || kind === 'batch';
}

/** Members of unknown tools that are nothing but words for people. */
const PROSE_EVERYWHERE: ReadonlySet<string> = new Set([
  'description',
  'explanation',
  'justification',
  'reason',
  'title',
  'subject',
  'summary',
  'comment',
  'thought',
  'reasoning',
]);

export function readingOf(kind: ToolKind, member: string): Reading {
  const plain = member.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (kind === 'prose') return 'document';
  if ((kind === 'code' || kind === 'unknown') && /^(?:code|source|program|javascript|python|function|expression)$/.test(plain))
    return kind === 'code' ? 'code' : 'word';
  const reading = READINGS.get(plain);
  if (reading === 'path') return kind === 'write' || kind === 'patch' ? 'write-path' : 'read-path';
  if (kind === 'unknown') {
    if (reading === 'document') return PROSE_EVERYWHERE.has(plain) ? 'document' : 'word';
    return reading === undefined || reading === 'data' ? 'word' : (reading as Reading);
  }
  if (kind === 'message') return reading === undefined || reading === 'data' ? 'word' : (reading as Reading);
  if (kind === 'search' && plain === 'query') return 'document';
  if (kind === 'search' || kind === 'read') return reading === undefined || reading === 'command' ? 'document' : (reading as Reading);
  if (kind === 'patch') return reading === undefined || plain === 'input' ? 'document' : (reading as Reading);
  if (kind === 'code' && (plain === 'input' || plain === 'script' || plain === 'cell')) return 'code';
  if (isShell(kind) && (plain === 'input' || plain === 'stdin' || plain === 'code')) return 'command';
  // What a shell tool is told besides the command is words about it, unless its name says otherwise.
  return reading === undefined ? 'word' : (reading as Reading);
}
