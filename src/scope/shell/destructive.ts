// Commands that undo a machine, or blind those who watch it. What they name does not matter.
import { hasMark, shown } from '../marks.ts';
import { canonicalFilePath } from '../targets/path.ts';
import type { Run } from './run.ts';

const WHOLE_PLACES =
  /^(?:\/|~\/|\.\.\/|[a-z]:\/|\/(?:bin|boot|dev|etc|home|lib|lib64|opt|proc|root|sbin|srv|sys|usr|var|Users|System|Library)|\/(?:var\/(?:log|lib|www)|usr\/(?:bin|lib|sbin|local)|home\/[^/]+)|[a-z]:\/(?:windows|users|program files)(?:\/system32)?)(?:\/?\*)?$/;

/** By name: any use, or a use with words that match. */
const COMMANDS: Readonly<Record<string, RegExp | true>> = {
  mkfs: true,
  mke2fs: true,
  wipefs: true,
  blkdiscard: true,
  fdisk: /^(?!-l)/,
  parted: /mklabel|rm\b|mkpart/,
  cryptsetup: /luksformat|luksErase|erase/i,
  diskpart: true,
  format: true,
  cipher: /\/w/i,
  shutdown: true,
  reboot: true,
  poweroff: true,
  halt: true,
  init: /^[06]$/,
  telinit: /^[06]$/,
  lvremove: true,
  vgremove: true,
  pvremove: true,
  zpool: /destroy/,
  hdparm: /security-erase|--trim/,
  shred: true,
  setenforce: /^(?:0|permissive)$/i,
  auditctl: /^-(?:e\s*0|D)/,
  wevtutil: /^(?:cl|clear-log|sl|set-log)$/i,
  vssadmin: /delete|resize/i,
  wbadmin: /delete/i,
  bcdedit: /\/set|\/delete/i,
  fsutil: /usn|deletejournal/i,
  auditpol: /\/(?:clear|remove|disable|set)/i,
  swapoff: /^$/,
  killall5: true,
  iptables: /^(?:-F|--flush|-X)$/,
  ip6tables: /^(?:-F|--flush)$/,
  nft: /^flush$/,
  ufw: /^(?:disable|reset)$/,
  netsh: /state\s+off|opmode/i,
  'update-ca-certificates': /^--never$/,
  unset: /^HIST(?:FILE|SIZE|FILESIZE)$/,
  set: /^\+o history$/,
  history: /^-[a-z]*[cw]/,
  userdel: /^root$/,
  crontab: /^-r$/,
  sysrq: true,
  rmmod: true,
};

const WATCHERS =
  'auditd|rsyslog|syslog|syslog-ng|journald|systemd-journald|falcon-sensor|crowdstrike|mdatp|osqueryd?|wazuh-agent|ossec|elastic-agent|auditbeat|filebeat|sentinelone|sentinelctl|cbdaemon|cbagentd|clamd|clamav-daemon|falco|sysmon|splunk\\w*|apparmor|selinux|firewalld|ufw|windefend|sense|mpssvc|eventlog|wscsvc|wdfilter|td-agent|fluentd|fluent-bit|suricata|zeek|cylance\\w*|ds_agent|xagt|tanium\\w*|microsoft-defender|mdatp\\.service';
const WATCHER = new RegExp(`^(?:${WATCHERS})(?:\\.service|\\.exe)?$`, 'i');

export function judgeDestruction(name: string, args: readonly string[], run: Run): void {
  const because = (what: string): void => run.findings.because('destructive-command', `${what}: ${shown([name, ...args].join(' '), 100)}`);
  const pattern = COMMANDS[name] ?? (name.startsWith('mkfs.') ? true : undefined);
  if (pattern === true || (pattern !== undefined && (args.some((arg) => pattern.test(arg)) || pattern.test(args.join(' ')))))
    because('This stops or destroys the machine or what watches it');
  if (/^(?:rm|del|erase|rd|rmdir|unlink|remove-item|ri)$/.test(name)) judgeRemoval(name, args, because);
  if (/^(?:chmod|chown|chgrp)$/.test(name) && args.some((arg) => /^-\w*R|^--recursive/.test(arg)) && args.some(isWhole))
    because('This changes a whole system');
  if (name === 'dd' && args.some((arg) => /^of=\/dev\/(?!null|zero|stdout|stderr|tty|fd)/.test(arg))) because('This overwrites a device');
  if (/^(?:mv|cp|tee|truncate|cat)$/.test(name) && args.some((arg) => /^\/dev\/(?:sd|nvme|vd|hd|xvd|mmcblk)/.test(arg)))
    because('This touches a device as a whole');
  if (
    /^(?:truncate|tee|rm|cp|ln|mv)$/.test(name) &&
    args.some((arg) => /^\/var\/log\/(?:audit|auth\.log|secure|syslog|messages|wtmp|btmp|lastlog|journal)/.test(arg))
  ) {
    if (name !== 'cp' || !args[0]?.startsWith('/var/log')) because('This changes logs that others rely on');
  }
  if (name === 'find' && args.includes('-delete') && args.some(isWhole)) because('This removes a whole system');
  if (
    /^(?:systemctl|service|sc|net|net1|stop-service|set-service|taskkill|pkill|killall|launchctl|rc-service|update-rc\.d|chkconfig|sc\.exe)$/.test(
      name,
    )
  ) {
    const isStop =
      /^(?:pkill|killall|taskkill|stop-service|set-service)$/.test(name) ||
      args.some((arg) => /^(?:stop|disable|mask|kill|delete|config|unload|remove|off)$/i.test(arg));
    if (isStop && args.some((arg) => WATCHER.test(arg))) because('This stops what watches the machine');
    if (name === 'systemctl' && args.some((arg) => /^(?:poweroff|reboot|halt|kexec|emergency|rescue|suspend|hibernate)$/.test(arg)))
      because('This stops the machine');
  }
  if (name === 'journalctl' && args.some((arg) => arg.startsWith('--vacuum') || arg === '--rotate')) because('This removes logs');
  if (name === 'dmesg' && args.some((arg) => /^(?:-[cC]|--clear)$/.test(arg))) because('This removes logs');
  if (
    name === 'reg' &&
    /^(?:delete|add)$/i.test(args[0] ?? '') &&
    args.some((arg) => /defender|eventlog|sysmon|\\lsa\b|currentversion\\run/i.test(arg))
  )
    because('This changes how the machine is watched or started');
  if (/^(?:kill)$/.test(name) && args.includes('-1') && args.includes('-9')) because('This ends everything that runs');
  if (name === 'sysctl' && args.some((arg) => /kernel\.panic|sysrq|randomize_va_space=0/.test(arg))) because('This weakens the kernel');
}

function judgeRemoval(name: string, args: readonly string[], because: (what: string) => void): void {
  const isDeep = /^(?:remove-item|ri)$/.test(name)
    ? args.some((arg) => /^-r/i.test(arg))
    : args.some((arg) => /^-\w*[rR]|^--recursive|^\/s$/i.test(arg));
  if (!isDeep) return;
  for (const arg of args) {
    if (arg.startsWith('-')) continue;
    if (isWhole(arg)) because('This removes a whole system');
    else if (/^[\uFDD0\uFDD1](?:\/?\*?)?$/.test(arg) || (hasMark(arg) && /^[\uFDD0\uFDD1]\/[^/]*$/.test(arg)))
      because('What this removes cannot be known');
  }
}

function isWhole(arg: string): boolean {
  if (arg === '*' || arg === '.*') return false;
  const path = canonicalFilePath(arg);
  return path !== undefined && WHOLE_PLACES.test(path);
}
