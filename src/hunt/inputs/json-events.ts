// A JSON record to an event: what it is follows from its own shape, record by record, so that files may mix. Field names stay those of
// the source; where Sigma's rules use other names (GCP), these are added.
import type { FieldValue, Fields, LogEvent, LogFormat, Logsource, Position } from '../event.ts';

import { flattenInto, isFlat, newFields } from './flatten.ts';
import { firstText, firstTime, logsourcesOf, PlainEvent, unknownLogsource } from './plain-event.ts';
import { linuxLogsources, sysmonXmlFields } from './linux.ts';
import { windowsEvent, windowsEventOf } from './windows-json.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const WRAPPED = '_source';
const ZEEK_PATH = '_path';
export const JOURNAL_TIME = '__REALTIME_TIMESTAMP';

interface Shape {
  readonly format: LogFormat | undefined;
  readonly logsources: readonly Logsource[];
  readonly time: readonly string[];
  readonly host: readonly string[];
}

const commonTimes = ['@timestamp', 'timestamp', 'time', 'TimeGenerated', 'EventTime', 'ts', 'event_time', 'datetime', 'published', 'date'];
const commonHosts = ['host.name', 'hostname', 'Hostname', 'HostName', 'Computer', 'host', 'computer'];

const shapes = {
  cloudtrail: shape('cloudtrail', logsourcesOf('aws//cloudtrail'), ['eventTime', '@timestamp'], ['recipientAccountId']),
  gcp: shape('gcp-audit', logsourcesOf('gcp//gcp.audit'), ['timestamp', 'receiveTimestamp'], ['resource.labels.project_id']),
  workspaceAdmin: shape('gcp-audit', logsourcesOf('gcp//google_workspace.admin'), ['id.time'], []),
  workspaceLogin: shape('gcp-audit', logsourcesOf('gcp//google_workspace.login'), ['id.time'], []),
  kubernetes: shape(
    'kubernetes-audit',
    logsourcesOf('kubernetes//audit', 'kubernetes/application/audit'),
    ['requestReceivedTimestamp', 'stageTimestamp'],
    [],
  ),
  journald: shape('journald', unknownLogsource, ['__REALTIME_TIMESTAMP', '_SOURCE_REALTIME_TIMESTAMP'], ['_HOSTNAME']),
  okta: shape(undefined, logsourcesOf('okta//okta'), ['published'], []),
  github: shape(undefined, logsourcesOf('github//audit'), ['@timestamp', 'created_at'], []),
  m365: shape(undefined, logsourcesOf('m365//audit'), ['CreationTime'], []),
  m365Exchange: shape(undefined, logsourcesOf('m365//exchange', 'm365//audit'), ['CreationTime'], []),
  opencanary: shape(undefined, logsourcesOf('opencanary/application/'), ['utc_time', 'local_time'], ['node_id']),
  linux: shape(undefined, logsourcesOf('linux//syslog'), commonTimes, commonHosts),
  plain: shape(undefined, unknownLogsource, commonTimes, commonHosts),
};

const azureTimes = ['time', 'TimeGenerated', 'createdDateTime', 'activityDateTime', 'eventTimestamp', 'detectedDateTime'];
const azureServices: Readonly<Record<string, readonly Logsource[]>> = {
  signinlogs: logsourcesOf('azure//signinlogs'),
  noninteractiveusersigninlogs: logsourcesOf('azure//signinlogs'),
  serviceprincipalsigninlogs: logsourcesOf('azure//signinlogs'),
  managedidentitysigninlogs: logsourcesOf('azure//signinlogs'),
  auditlogs: logsourcesOf('azure//auditlogs'),
  riskdetection: logsourcesOf('azure//riskdetection'),
  userriskevents: logsourcesOf('azure//riskdetection'),
  riskyusers: logsourcesOf('azure//riskdetection'),
  pim: logsourcesOf('azure//pim'),
  administrative: logsourcesOf('azure//activitylogs'),
  activitylogs: logsourcesOf('azure//activitylogs'),
};

/** Undefined: not an object. */
export function jsonEvent(record: unknown, position: Position, format: LogFormat, forced?: Logsource): LogEvent | undefined {
  if (!isObject(record)) return undefined;
  // Elasticsearch and its exports put the record one level down.
  const source = isObject(record[WRAPPED]) ? record[WRAPPED] : record;
  const isForcedAway = forced !== undefined && forced.product !== 'windows';
  const windows = isForcedAway ? undefined : windowsEvent(source, position, format);
  if (windows !== undefined) return forced === undefined ? windows : windowsEventOf(windows.fields, position, format, forced);
  const { shape: found, fields } = recognise(source);
  const actual = found.format ?? format;
  if (found === shapes.linux || found === shapes.journald) return linuxEvent(fields, position, actual, found, forced);
  return new PlainEvent({
    fields,
    position,
    format: actual,
    logsources: forced === undefined ? found.logsources : [forced],
    atMs: firstTime(fields, found.time) ?? firstTime(fields, commonTimes),
    host: firstText(fields, found.host) ?? firstText(fields, commonHosts),
  });
}

function recognise(record: JsonObject): { readonly shape: Shape; readonly fields: Fields } {
  if (typeof record.eventSource === 'string' && typeof record.eventName === 'string') return plain(record, shapes.cloudtrail);
  if (isObject(record.protoPayload)) return { shape: shapes.gcp, fields: gcpFields(record) };
  if (isObject(record.id) && typeof record.id.applicationName === 'string') {
    return {
      shape: record.id.applicationName === 'login' ? shapes.workspaceLogin : shapes.workspaceAdmin,
      fields: workspaceFields(record),
    };
  }
  if (typeof record.auditID === 'string' && typeof record.verb === 'string') return plain(record, shapes.kubernetes);
  if (record[JOURNAL_TIME] !== undefined) return { shape: shapes.journald, fields: flat(record) };
  const azure = azureService(record);
  if (azure !== undefined) return plain(record, shape('azure', azure, azureTimes, []));
  if (typeof record.eventType === 'string' && (isObject(record.actor) || record.legacyEventType !== undefined))
    return plain(record, shapes.okta);
  if (typeof record.action === 'string' && typeof record.actor === 'string' && record.org !== undefined)
    return plain(record, shapes.github);
  if (typeof record.Workload === 'string' && typeof record.Operation === 'string')
    return plain(record, record.Workload === 'Exchange' ? shapes.m365Exchange : shapes.m365);
  if (record.logtype !== undefined && record.node_id !== undefined) return plain(record, shapes.opencanary);
  const zeek = zeekPath(record);
  if (zeek !== undefined) return plain(record, shape('zeek', logsourcesOf(`zeek//${zeek}`), ['ts'], ['_system_name']));
  if (typeof record.SyslogMessage === 'string') return { shape: shapes.linux, fields: flat(record) };
  return plain(record, shapes.plain);
}

function plain(record: JsonObject, found: Shape): { readonly shape: Shape; readonly fields: Fields } {
  return { shape: found, fields: flat(record) };
}

function flat(record: JsonObject): Record<string, FieldValue> | Fields {
  if (isFlat(record)) return record;
  const fields = newFields();
  for (const [name, value] of Object.entries(record)) flattenInto(fields, name, value);
  return fields;
}

/** Journald and forwarded syslog as JSON: the program decides; Sysmon for Linux carries its XML in the message. */
function linuxEvent(fields: Fields, position: Position, format: LogFormat, found: Shape, forced: Logsource | undefined): LogEvent {
  const program = firstText(fields, ['SYSLOG_IDENTIFIER', '_COMM', 'ProcessName', 'process.name']) ?? '';
  const message = firstText(fields, ['MESSAGE', 'SyslogMessage', 'message']) ?? '';
  const sysmon = sysmonXmlFields(message);
  const all = sysmon === undefined ? fields : Object.assign(newFields(), fields, sysmon.fields);
  return new PlainEvent({
    fields: all,
    position,
    format,
    logsources: forced === undefined ? (sysmon?.logsources ?? linuxLogsources(program)) : [forced],
    atMs: firstTime(fields, found.time),
    host: firstText(fields, found.host),
  });
}

function azureService(record: JsonObject): readonly Logsource[] | undefined {
  const category = record.category ?? record.Category ?? record.CategoryValue ?? record.Type;
  if (typeof record.riskEventType === 'string') return azureServices.riskdetection;
  if (record.conditionalAccessStatus !== undefined && record.userPrincipalName !== undefined) return azureServices.signinlogs;
  if (record.activityDisplayName !== undefined && record.loggedByService !== undefined)
    return record.loggedByService === 'PIM' ? azureServices.pim : azureServices.auditlogs;
  const isAzure = record.operationName !== undefined || record.OperationName !== undefined || record.operationNameValue !== undefined;
  if (!isAzure) return undefined;
  if (typeof category === 'string') {
    const name = category.toLowerCase();
    if (Object.hasOwn(azureServices, name)) return azureServices[name];
  }
  if (typeof record.resourceId === 'string' || typeof record.ResourceId === 'string' || record.tenantId !== undefined)
    return azureServices.activitylogs;
  return undefined;
}

/** Rules for GCP name fields as Elastic's module does: `gcp.audit.method_name` for `protoPayload.methodName`. */
function gcpFields(record: JsonObject): Fields {
  const fields = newFields();
  for (const [name, value] of Object.entries(record)) flattenInto(fields, name, value);
  for (const [name, value] of Object.entries(fields)) {
    if (!name.startsWith('protoPayload.') || name.length > 256) continue;
    const snake = name
      .slice('protoPayload.'.length)
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .toLowerCase();
    fields[`gcp.audit.${snake}`] ??= value;
    fields[`data.${name}`] ??= value;
  }
  return fields;
}

/** Google Workspace lists what happened under `events`; rules name the fields as `eventName` and `eventService`. */
function workspaceFields(record: JsonObject): Fields {
  const fields = newFields();
  for (const [name, value] of Object.entries(record)) flattenInto(fields, name, value);
  const names = fields['events.name'];
  if (names !== undefined) fields.eventName ??= names;
  const application = fields['id.applicationName'];
  if (application !== undefined) fields['google_workspace.applicationName'] ??= application;
  return fields;
}

function zeekPath(record: JsonObject): string | undefined {
  if (typeof record[ZEEK_PATH] === 'string' && record.ts !== undefined) return record[ZEEK_PATH].toLowerCase().slice(0, 64);
  if (record['id.orig_h'] === undefined || record.uid === undefined) return undefined;
  if (record.qtype_name !== undefined || record.query !== undefined) return 'dns';
  if (record.user_agent !== undefined || record.uri !== undefined) return 'http';
  if (record.endpoint !== undefined && record.operation !== undefined) return 'dce_rpc';
  if (record.request_type !== undefined) return 'kerberos';
  return record.conn_state === undefined ? undefined : 'conn';
}

function shape(format: LogFormat | undefined, logsources: readonly Logsource[], time: readonly string[], host: readonly string[]): Shape {
  return { format, logsources, time, host };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
