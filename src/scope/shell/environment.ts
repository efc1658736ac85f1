// Variables that change what later commands do: proxies, hosts, programs to run in their place.
import { hasMark, hasUnknown, shown } from '../marks.ts';
import { guessTargets, urlTargets } from '../targets/recognise.ts';
import { runText, NOTHING, type Run } from './run.ts';
import { touchAll } from './touch.ts';

const PROXIES: ReadonlySet<string> = new Set([
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'ftp_proxy',
  'rsync_proxy',
  'socks_proxy',
  'npm_config_proxy',
  'npm_config_https_proxy',
]);
/** Hold commands that other programs run. */
const COMMANDS: ReadonlySet<string> = new Set(
  'GIT_SSH_COMMAND GIT_SSH GIT_PROXY_COMMAND GIT_EXTERNAL_DIFF GIT_PAGER GIT_EDITOR GIT_ASKPASS SSH_ASKPASS PAGER EDITOR VISUAL BROWSER RSYNC_RSH MANPAGER LESSOPEN PROMPT_COMMAND CVS_RSH'.split(
    ' ',
  ),
);
/** Change which code a program loads. */
const LOADERS: ReadonlySet<string> = new Set(
  'LD_PRELOAD LD_AUDIT BASH_ENV ENV PYTHONSTARTUP PERL5OPT PERL5DB RUBYOPT DYLD_INSERT_LIBRARIES GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM CURL_HOME WGETRC RES_OPTIONS HOSTALIASES LOCALDOMAIN'.split(
    ' ',
  ),
);
const NAMES_A_SERVER =
  /(?:^|_)(?:HOST|HOSTNAME|URL|URI|PROXY|SERVER|ENDPOINT|ADDR|ADDRESS|REGISTRY|MIRROR|BROKER|DSN|PGHOSTADDR|PGHOST)(?:$|_)/i;

/** `exported`: for one command, or by `export`. A plain variable is judged where it is used, unless its name alone has an effect. */
export function judgeAssignment(name: string, value: string, how: 'plain' | 'exported', run: Run): void {
  if (/^HIST(?:FILE|SIZE|FILESIZE)$/.test(name) && /^(?:\/dev\/null|0|)$/.test(value)) {
    run.findings.because('destructive-command', `${name} keeps the shell from recording what it runs.`);
  }
  if (value === '') return;
  if (name === 'PATH') {
    // Programs of the same names, from a place where anybody may put them.
    if (hasUnknown(value) || value.split(':').some((place) => /^(?:\/tmp|\/var\/tmp|\/dev\/shm)(?:\/|$)|^\.?$/.test(place))) {
      run.findings.because('dynamic-command', `PATH decides which programs run: ${shown(value)}`);
    }
    return;
  }
  if (
    PROXIES.has(name.toLowerCase()) ||
    /^(?:npm_config_registry|pip_index_url|pip_extra_index_url|docker_host|goproxy|cargo_registries_.*_index)$/i.test(name)
  ) {
    if (/^(?:direct|off|unix:.*)$/.test(value)) return;
    touchAll(urlTargets(value.split(',')[0]!), 'url', value, 'acts', run);
  } else if (COMMANDS.has(name)) {
    if (/^(?:cat|less|more|true|false|vi|vim|nano|code --wait)$/.test(value)) return;
    runText(value, run, (text, inner) => inner.readers.shell(text, inner, NOTHING));
  } else if (LOADERS.has(name) || name.startsWith('BASH_FUNC_')) {
    run.findings.because('dynamic-command', `${name} changes what later commands run: ${shown(value)}`);
  } else if (how === 'exported') {
    const targets = guessTargets(value);
    if (targets.length > 0 && !value.includes('://') && !NAMES_A_SERVER.test(name)) return;
    for (const target of targets) run.findings.touch(target, value, 'acts');
    if (targets.length === 0 && hasMark(value) && NAMES_A_SERVER.test(name)) run.findings.noteDynamic();
  }
}
