// Places whose reading or changing is a person's to decide, and where the limits of a scope's paths are asked. Nothing is looked up on a disk.
import type { Findings } from './findings.ts';
import { hasUnknown, shown } from './marks.ts';
import { isPathNamed, standingOf } from './standing.ts';
import { canonicalFilePath, homeForm } from './targets/path.ts';

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

/** A path that a call reads or writes, as it stands in the call. */
export function judgePath(written: string, access: 'read' | 'write', findings: Findings): void {
  if (written === '' || written.length > 4096) return;
  const path = canonicalFilePath(written.startsWith('file://') ? written.slice('file://'.length) : written);
  const form = homeForm(path ?? written);
  const isRelative = path === undefined;
  const isSecret =
    SECRET_PLACES.some((place) => place.test(form)) || (isRelative && /(?:^|\/)(?:ntds\.dit|logins\.json|key[34]\.db)$/i.test(form));
  const isSteering = access === 'write' && STEERING_PLACES.some((place) => place.test(form));
  if (path !== undefined) {
    const standing = standingOf({ kind: 'path', path }, findings.scope);
    if (standing !== 'authorised') {
      findings.report('path', path, written, standing);
      if (standing === 'excluded') findings.because('target-excluded', `The path ${shown(path)} is excluded from the scope.`);
      else if (access === 'write' && standing === 'outside')
        findings.because('target-outside', `The path ${shown(path)} is outside of the scope.`);
      else findings.because('target-unknown', `The path ${shown(path)} is not in the scope.`);
    }
  }
  if ((isSecret || isSteering) && !(path !== undefined && !hasUnknown(path) && isPathNamed(path, findings.scope))) {
    findings.report('path', path ?? written, written, 'unknown');
    findings.because(
      'sensitive-path',
      isSecret
        ? `The path ${shown(written)} holds secrets or the machine's own state.`
        : `What is written to ${shown(written)} changes what runs later or where tools connect.`,
    );
  }
}
