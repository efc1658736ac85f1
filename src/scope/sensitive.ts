// Places whose reading or changing is a person's to decide, and where the limits of a scope's paths are asked. Nothing is looked up on a disk.
import type { Findings } from './findings.ts';
import { hasUnknown, shown } from './marks.ts';
import { isPathNamed, standingOf } from './standing.ts';
import { canonicalFilePath, homeForm, isBelow } from './targets/path.ts';

/** Held whether read or written. Matched against canonical paths with `~` for every home directory. */
const SECRET_PLACES: readonly RegExp[] = [
  /^~\/\.(?:ssh|gnupg|aws|azure|kube|docker\/config\.json|config\/gcloud|config\/gh|config\/op|netrc|git-credentials|pgpass|my\.cnf|vault-token|npmrc|pypirc|password-store|local\/share\/keyrings)(?:\/|$)/,
  /(?:^|\/)\.(?:ssh|aws|gnupg)\/(?:id_[\w.-]+|authorized_keys|config|credentials|.*\.pem|.*\.key|private-keys-v1\.d)(?:\/|$)/,
  /^\/etc\/(?:shadow|gshadow|sudoers|ssh\/ssh_host_.*key|krb5\.keytab|ppp\/chap-secrets|security\/opasswd|kubernetes\/(?:admin\.conf|pki)|rancher\/k3s\/k3s\.yaml|ipsec\.secrets|wireguard)(?:[.\-/]|$)/,
  /^\/proc\/(?:[^/]+)\/(?:mem|environ|maps|root|fd|cwd)(?:\/|$)/,
  /^\/(?:dev\/(?:mem|kmem|sd|nvme|vd|hd|xvd|mapper\/|dm-|disk\/|mmcblk|loop[0-9])|proc\/(?:kcore|sysrq-trigger|kallsyms))/,
  /^\/var\/(?:lib\/(?:sss\/(?:db|secrets)|samba\/private|kubelet\/pki|docker\/)|run\/secrets|spool\/cron|lib\/cloud\/instance\/user-data)/,
  /^(?:\/var)?\/run\/(?:secrets\/|docker\.sock|containerd\/containerd\.sock)/,
  /\/(?:Login Data|Cookies|Web Data|Local State|logins\.json|key[34]\.db|cookies\.sqlite|signons\.sqlite)$/i,
  /^~\/Library\/Keychains(?:\/|$)|^\/Library\/Keychains(?:\/|$)/,
  /^[a-z]:\/windows\/(?:system32\/config\/(?:sam|security|system|default|software|regback)|ntds|repair\/)/,
  /\/(?:ntds\.dit|lsass\.dmp)$|\/appdata\/(?:roaming|local)\/microsoft\/(?:credentials|protect|vault)/i,
];

/** Held when written: what is put there runs later, or sends tools elsewhere. */
const STEERING_PLACES: readonly RegExp[] = [
  /^\/etc\/(?:hosts|resolv\.conf|nsswitch\.conf|passwd|group|crontab|cron\.|ld\.so\.|profile|bash\.bashrc|rc\.local|pam\.d|ssh\/sshd_config|systemd\/system\/|environment|init\.d|apt\/sources)/,
  /^~\/\.(?:bashrc|bash_profile|bash_login|profile|zshrc|zshenv|zprofile|curlrc|wgetrc|gitconfig|config\/git|config\/autostart|config\/systemd|config\/pip|pip|condarc)(?:\/|$)/,
  /(?:^|\/)\.git\/(?:config|hooks)(?:\/|$)/,
  /^(?:\/usr)?\/(?:s?bin|lib|lib64|usr\/local\/s?bin)\/|^\/usr\/local\/s?bin\/|^\/boot\//,
  /^[a-z]:\/windows\/|\/start menu\/programs\/startup\//i,
];

/** Places that nothing is kept in. */
const NOWHERE: ReadonlySet<string> = new Set([
  '/dev/null',
  '/dev/stdout',
  '/dev/stderr',
  '/dev/stdin',
  '/dev/tty',
  '/dev/zero',
  '/dev/full',
  '/dev/random',
  '/dev/urandom',
]);

/** `open`: a tool that does nothing but read this one file. `deep`: read or written with all that lies below. */
export interface PathUse {
  readonly access: 'read' | 'open' | 'write';
  readonly isDeep?: boolean;
  /** Where relative paths begin; undefined: where the work is done. */
  readonly directory?: string | undefined;
}

/** A path that a call reads or writes, as it stands in the call. */
export function judgePath(given: string, use: PathUse, findings: Findings): void {
  if (given === '' || given.length > 4096 || NOWHERE.has(given) || /^\/dev\/(?:fd|pts|shm)\//.test(given)) return;
  const written = /^file:/i.test(given) ? withoutScheme(given) : given;
  const isRelative = !/^(?:[/~\\]|[a-z]:[\\/]|\$|%)/i.test(written);
  const path = canonicalFilePath(isRelative && use.directory !== undefined ? `${use.directory}/${written}` : written);
  const form = homeForm(path ?? written);
  const isSecret =
    SECRET_PLACES.some((place) => place.test(form)) ||
    (path === undefined && /(?:^|\/)(?:ntds\.dit|logins\.json|key[34]\.db)$/i.test(form));
  const isSteering = use.access === 'write' && STEERING_PLACES.some((place) => place.test(form));
  if (path !== undefined) judgeStanding(path, given, use, findings);
  if ((isSecret || isSteering) && !(path !== undefined && !hasUnknown(path) && isPathNamed(path, findings.scope))) {
    findings.report('path', path ?? written, given, 'unknown');
    findings.because(
      'sensitive-path',
      isSecret
        ? `The path ${shown(given)} holds secrets or the machine's own state.`
        : `What is written to ${shown(given)} changes what runs later or where tools connect.`,
    );
  }
}

/** On another host that is in scope: only whether it holds secrets. */
export function judgeSecret(written: string, findings: Findings): void {
  const form = homeForm(canonicalFilePath(written) ?? written);
  if (written.length > 4096 || !SECRET_PLACES.some((place) => place.test(form))) return;
  findings.because('sensitive-path', `The path ${shown(written)} holds secrets or a machine's own state.`);
}

function judgeStanding(path: string, written: string, use: PathUse, findings: Findings): void {
  const standing = standingOf({ kind: 'path', path }, findings.scope);
  if (standing !== 'authorised') {
    findings.report('path', path, written, standing);
    if (standing === 'excluded') findings.because('target-excluded', `The path ${shown(path)} is excluded from the scope.`);
    else if (use.access !== 'read' && standing === 'outside')
      findings.because('target-outside', `The path ${shown(path)} is outside of the scope.`);
    else findings.because('target-unknown', `The path ${shown(path)} is not in the scope.`);
  } else if (findings.scope.excluded.paths.some((barred) => mayReach(path, barred, use.isDeep === true))) {
    findings.because('target-unknown', `The path ${shown(path)} may take in what is excluded from the scope.`);
  }
}

/** May a path with wildcards, or all below a path, be an excluded one? */
function mayReach(path: string, barred: string, isDeep: boolean): boolean {
  if (isDeep && isBelow(barred, path)) return true;
  if (!/[*?[{]/.test(path)) return false;
  const pattern = path.split('/');
  const segments = barred.split('/');
  return segments.every((segment, index) => {
    const piece = pattern[index];
    return piece === undefined ? false : /[[{]/.test(piece) || piece === '**' || matchesSegment(piece, segment);
  });
}

/** `*` and `?`, in linear steps: each star takes as little as it may. */
function matchesSegment(pattern: string, text: string): boolean {
  let [at, star, mark] = [0, -1, 0];
  let index = 0;
  while (index < text.length) {
    if (pattern[at] === '?' || (pattern[at] !== '*' && pattern[at] === text[index])) {
      at += 1;
      index += 1;
    } else if (pattern[at] === '*') {
      star = at;
      mark = index;
      at += 1;
    } else if (star !== -1) {
      at = star + 1;
      mark += 1;
      index = mark;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

function withoutScheme(url: string): string {
  const path = url.replace(/^file:(?:\/\/[^/]*)?/i, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
