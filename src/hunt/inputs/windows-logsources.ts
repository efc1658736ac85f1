// What Sigma calls the channels and events of Windows. Names are compared without regard to case: exporters change it.
// Sources: Sigma's logsource guides for Windows; Sysmon's event list; winlogbeat and NXLog field names.
import type { Logsource } from '../event.ts';

const channels: Readonly<Record<string, string>> = {
  security: 'security',
  system: 'system',
  application: 'application',
  'microsoft-windows-sysmon/operational': 'sysmon',
  'microsoft-windows-powershell/operational': 'powershell',
  'powershellcore/operational': 'powershell',
  'windows powershell': 'powershell-classic',
  'microsoft-windows-windows defender/operational': 'windefend',
  'microsoft-windows-codeintegrity/operational': 'codeintegrity-operational',
  'microsoft-windows-appxdeploymentserver/operational': 'appxdeployment-server',
  'microsoft-windows-windows firewall with advanced security/firewall': 'firewall-as',
  'msexchange management': 'msexchange-management',
  'microsoft-windows-bits-client/operational': 'bits-client',
  'microsoft-windows-dns client events/operational': 'dns-client',
  'microsoft-windows-dns-client/operational': 'dns-client',
  'microsoft-windows-taskscheduler/operational': 'taskscheduler',
  'microsoft-iis-configuration/operational': 'iis-configuration',
  'microsoft-windows-ntlm/operational': 'ntlm',
  'microsoft-windows-wmi-activity/operational': 'wmi',
  'microsoft-windows-security-mitigations/kernel mode': 'security-mitigations',
  'microsoft-windows-security-mitigations/user mode': 'security-mitigations',
  'microsoft-windows-security-mitigations/kernelmode': 'security-mitigations',
  'microsoft-windows-security-mitigations/usermode': 'security-mitigations',
  'dns server': 'dns-server',
  'microsoft-windows-dns-server/analytical': 'dns-server-analytic',
  'microsoft-windows-dnsserver/analytical': 'dns-server-analytic',
  'microsoft-windows-dnsserver/audit': 'dns-server-audit',
  'microsoft-windows-dns-server/audit': 'dns-server-audit',
  'microsoft-windows-applocker/exe and dll': 'applocker',
  'microsoft-windows-applocker/msi and script': 'applocker',
  'microsoft-windows-applocker/packaged app-deployment': 'applocker',
  'microsoft-windows-applocker/packaged app-execution': 'applocker',
  'microsoft-windows-terminalservices-localsessionmanager/operational': 'terminalservices-localsessionmanager',
  'microsoft-windows-smbserver/connectivity': 'smbserver-connectivity',
  'microsoft-windows-smbclient/security': 'smbclient-security',
  'microsoft-windows-smbclient/connectivity': 'smbclient-connectivity',
  'microsoft-windows-shell-core/operational': 'shell-core',
  'microsoft-windows-printservice/operational': 'printservice-operational',
  'microsoft-windows-printservice/admin': 'printservice-admin',
  'openssh/operational': 'openssh',
  'microsoft-servicebus-client': 'microsoft-servicebus-client',
  'microsoft-windows-lsa/operational': 'lsa-server',
  'microsoft-windows-ldap-client/debug': 'ldap',
  'microsoft-windows-driverframeworks-usermode/operational': 'driver-framework',
  'microsoft-windows-diagnosis-scripted/operational': 'diagnosis-scripted',
  'microsoft-windows-certificateservicesclient-lifecycle-system/operational': 'certificateservicesclient-lifecycle-system',
  'microsoft-windows-capi2/operational': 'capi2',
  'microsoft-windows-appxpackaging/operational': 'appxpackaging-om',
  'microsoft-windows-appxpackagingom/operational': 'appxpackaging-om',
  'microsoft-windows-appmodel-runtime/admin': 'appmodel-runtime',
  'microsoft-windows-vhdmp/operational': 'vhdmp',
  'directory service': 'directory-service',
};

/** For records that come through a collector, whose channel says `ForwardedEvents` or nothing. */
const providers: Readonly<Record<string, string>> = {
  'microsoft-windows-sysmon': 'sysmon',
  'microsoft-windows-security-auditing': 'security',
  'microsoft-windows-powershell': 'powershell',
  powershellcore: 'powershell',
  powershell: 'powershell-classic',
  'microsoft-windows-windows defender': 'windefend',
  'microsoft-windows-taskscheduler': 'taskscheduler',
  'microsoft-windows-wmi-activity': 'wmi',
  'microsoft-windows-bits-client': 'bits-client',
  'microsoft-windows-dns-client': 'dns-client',
  'microsoft-windows-ntlm': 'ntlm',
  'microsoft-windows-codeintegrity': 'codeintegrity-operational',
  'microsoft-windows-applocker': 'applocker',
  'microsoft-windows-appxdeployment-server': 'appxdeployment-server',
  'microsoft-windows-windows firewall with advanced security': 'firewall-as',
  'service control manager': 'system',
  'microsoft-windows-eventlog': 'security',
  'msexchange management': 'msexchange-management',
};

const sysmon: Readonly<Record<number, readonly string[]>> = {
  1: ['process_creation'],
  2: ['file_change'],
  3: ['network_connection'],
  4: ['sysmon_status'],
  5: ['process_termination'],
  6: ['driver_load'],
  7: ['image_load'],
  8: ['create_remote_thread'],
  9: ['raw_access_thread'],
  10: ['process_access'],
  11: ['file_event'],
  12: ['registry_event', 'registry_add', 'registry_delete'],
  13: ['registry_event', 'registry_set'],
  14: ['registry_event', 'registry_rename'],
  15: ['create_stream_hash'],
  16: ['sysmon_status'],
  17: ['pipe_created'],
  18: ['pipe_created'],
  19: ['wmi_event'],
  20: ['wmi_event'],
  21: ['wmi_event'],
  22: ['dns_query'],
  23: ['file_delete'],
  24: ['clipboard_capture'],
  25: ['process_tampering'],
  26: ['file_delete', 'file_delete_detected'],
  27: ['file_block_executable'],
  28: ['file_block_shredding'],
  29: ['file_executable_detected'],
  255: ['sysmon_error'],
};

const others: Readonly<Record<string, Readonly<Record<number, readonly string[]>>>> = {
  sysmon,
  security: { 4688: ['process_creation'], 4657: ['registry_event', 'registry_set'], 5156: ['network_connection'] },
  powershell: { 4103: ['ps_module'], 4104: ['ps_script'] },
  'powershell-classic': { 400: ['ps_classic_start'], 600: ['ps_classic_provider_start'], 800: ['ps_classic_script'] },
};

const remembered = new Map<string, readonly Logsource[]>();
const MAX_REMEMBERED = 8192;

/** The same answer is the same array, so that a matcher can recognise it. `eventType` tells Sysmon's registry events 12 apart. */
export function windowsLogsources(channel: string, eventId: number, provider: string, eventType: string): readonly Logsource[] {
  const registry = eventId === 12 ? eventType : '';
  const key = `${channel}\n${eventId}\n${provider}\n${registry}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const sources = resolve(channel.toLowerCase(), eventId, provider.toLowerCase(), registry.toLowerCase());
  if (remembered.size < MAX_REMEMBERED && key.length < 512) remembered.set(key, sources);
  return sources;
}

const interned = new Map<string, readonly Logsource[]>();

function resolve(channel: string, eventId: number, provider: string, eventType: string): readonly Logsource[] {
  const service = own(channels, channel) ?? own(providers, provider);
  const all = service === undefined ? [] : (others[service]?.[eventId] ?? []);
  const categories = all.filter((category) => {
    if (category === 'registry_add') return eventType === '' || eventType === 'createkey';
    if (category === 'registry_delete') return eventType === '' || eventType.startsWith('delete');
    return true;
  });
  const key = `${service ?? ''} ${categories.join(' ')}`;
  const known = interned.get(key);
  if (known !== undefined) return known;
  const sources: Logsource[] = [
    { product: 'windows', category: undefined, service },
    ...categories.map((category) => ({ product: 'windows', category, service })),
  ];
  interned.set(key, sources);
  return sources;
}

function own(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
