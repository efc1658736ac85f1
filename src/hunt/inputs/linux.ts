// What Linux programs are to Sigma, and Sysmon for Linux, whose events are XML within a syslog message.
import type { FieldValue, Fields, Logsource } from '../event.ts';

import { newFields } from './flatten.ts';
import { logsourcesOf } from './plain-event.ts';

const services: Readonly<Record<string, readonly string[]>> = {
  sshd: ['sshd', 'auth'],
  'sshd-session': ['sshd', 'auth'],
  sudo: ['sudo', 'auth'],
  su: ['auth'],
  login: ['auth'],
  passwd: ['auth'],
  useradd: ['auth'],
  usermod: ['auth'],
  groupadd: ['auth'],
  polkitd: ['auth'],
  pkexec: ['auth'],
  'systemd-logind': ['auth'],
  cron: ['cron'],
  crond: ['cron'],
  crontab: ['cron'],
  clamd: ['clamav'],
  clamav: ['clamav'],
  freshclam: ['clamav'],
  vsftpd: ['vsftpd'],
  guacd: ['guacamole'],
  guacamole: ['guacamole'],
  audit: ['auditd'],
  auditd: ['auditd'],
  modsecurity: ['modsecurity'],
};

/** `name` without path, process number and case. Every message is `syslog` besides. */
export function linuxLogsources(program: string): readonly Logsource[] {
  const name = program.toLowerCase().replace(/^.*\//, '');
  const own = Object.hasOwn(services, name) ? (services[name] ?? []) : [];
  return logsourcesOf('linux//syslog', ...own.map((service) => `linux//${service}`));
}

const sysmonCategories: Readonly<Record<string, string>> = {
  1: 'process_creation',
  3: 'network_connection',
  5: 'process_termination',
  9: 'raw_access_thread',
  11: 'file_event',
  23: 'file_delete',
};

/** Undefined: no Sysmon event. Values are decoded; nothing else of XML is honoured. */
export function sysmonXmlFields(message: string): { readonly fields: Fields; readonly logsources: readonly Logsource[] } | undefined {
  const start = message.indexOf('<Event>');
  if (start < 0 || start > 256 || !message.includes('Linux-Sysmon')) return undefined;
  const fields: Record<string, FieldValue> = newFields();
  const pattern = /<(?:Data Name="([^"<>]{1,128})"|(EventID|Computer|Channel|EventRecordID))>([^<]*)<\//g;
  for (let found = pattern.exec(message), count = 0; found !== null && count < 256; found = pattern.exec(message), count++) {
    fields[found[1] ?? found[2] ?? ''] = decodeXml(found[3] ?? '');
  }
  const category = sysmonCategories[String(fields.EventID)];
  return { fields, logsources: logsourcesOf('linux//sysmon', ...(category === undefined ? [] : [`linux/${category}/sysmon`])) };
}

function decodeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/g,
    (whole, name?: string, decimal?: string, hex?: string) => {
      if (name !== undefined) return named[name] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
