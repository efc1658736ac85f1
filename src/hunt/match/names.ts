// Under which names a field of a rule may stand in a record: Sigma's taxonomy on one side, Windows audit, ECS, winlogbeat and OCSF on
// the other. A rule's own name always wins; an alias only fills in where it is missing.
// Sources: Sigma taxonomy appendix; Elastic Common Schema 8; winlogbeat's Sysmon module; OCSF 1.x process_activity, file_activity.

const aliases: Readonly<Record<string, readonly string[]>> = {
  Image: ['NewProcessName', 'process.executable', 'process.file.path', 'actor.process.file.path'],
  ParentImage: ['ParentProcessName', 'process.parent.executable', 'process.parent_process.file.path', 'actor.process.file.path'],
  CommandLine: ['ProcessCommandLine', 'process.command_line', 'process.cmd_line', 'actor.process.cmd_line'],
  ParentCommandLine: ['process.parent.command_line', 'process.parent_process.cmd_line', 'actor.process.cmd_line'],
  CurrentDirectory: ['process.working_directory'],
  OriginalFileName: ['process.pe.original_file_name', 'file.pe.original_file_name'],
  Description: ['process.pe.description', 'file.pe.description'],
  Product: ['process.pe.product', 'file.pe.product'],
  Company: ['process.pe.company', 'file.pe.company'],
  FileVersion: ['process.pe.file_version', 'file.pe.file_version'],
  Hashes: ['Hash'],
  ProcessId: ['process.pid'],
  ParentProcessId: ['process.parent.pid', 'process.parent_process.pid'],
  User: ['SubjectUserName', 'user.name', 'actor.user.name', 'AccountName'],
  IntegrityLevel: ['winlog.event_data.IntegrityLevel'],
  LogonId: ['SubjectLogonId'],
  TargetFilename: ['file.path'],
  ImageLoaded: ['dll.path', 'module.file.path', 'file.path'],
  Signed: ['file.code_signature.signed', 'dll.code_signature.signed'],
  Signature: ['file.code_signature.subject_name', 'dll.code_signature.subject_name'],
  SignatureStatus: ['file.code_signature.status', 'dll.code_signature.status'],
  TargetObject: ['registry.path', 'reg_key.path', 'reg_value.path'],
  Details: ['NewValue', 'registry.data.strings', 'reg_value.data'],
  PipeName: ['file.name', 'pipe.name'],
  QueryName: ['dns.question.name', 'query.hostname'],
  QueryResults: ['dns.answers.data'],
  SourceIp: ['SourceAddress', 'source.ip', 'src_endpoint.ip', 'IpAddress'],
  SourcePort: ['source.port', 'src_endpoint.port', 'IpPort'],
  DestinationIp: ['DestAddress', 'DestinationAddress', 'destination.ip', 'dst_endpoint.ip'],
  DestinationPort: ['DestPort', 'destination.port', 'dst_endpoint.port'],
  DestinationHostname: ['destination.domain', 'dst_endpoint.hostname'],
  Protocol: ['network.transport', 'connection_info.protocol_name'],
  ScriptBlockText: ['powershell.file.script_block_text'],
  Provider_Name: [
    'SourceName',
    'ProviderName',
    'source_name',
    'provider_name',
    'winlog.provider_name',
    'Provider.#attributes.Name',
    'Provider.Name',
  ],
  EventID: ['EventId', 'event_id', 'winlog.event_id', 'event.code'],
  Channel: ['log_name', 'winlog.channel'],
  Computer: ['Hostname', 'ComputerName', 'computer_name', 'winlog.computer_name', 'host.name', 'device.hostname'],
  ComputerName: ['Computer', 'Hostname', 'computer_name', 'winlog.computer_name', 'host.name', 'device.hostname'],
  Level: ['winlog.level'],
  TaskName: ['winlog.task'],
  'c-useragent': ['cs-user-agent', 'user_agent.original', 'http_request.user_agent'],
  'cs-user-agent': ['c-useragent', 'user_agent.original', 'http_request.user_agent'],
  'c-uri': ['url.original', 'url.full', 'cs-uri'],
  'cs-uri-query': ['url.query'],
  'cs-uri-stem': ['url.path'],
  'cs-method': ['http.request.method', 'http_request.http_method'],
  'cs-host': ['url.domain', 'r-dns'],
  'sc-status': ['http.response.status_code', 'http_response.code'],
  'cs-referer': ['cs-referrer', 'http.request.referrer'],
};

/** Wrappers around the fields of a Windows event in the formats that nest them. The longest that fits is taken off. */
const wrappers = [
  'Event.EventData.Data.',
  'Event.EventData.',
  'Event.System.',
  'Event.UserData.',
  'winlog.event_data.',
  'winlog.user_data.',
  'data.win.eventdata.',
  'data.win.system.',
  'EventData.',
  'event_data.',
  'user_data.',
  'UserData.',
  'System.',
  'winlog.',
] as const;

/** Where a key of a record leads: pairs of slot and rank, the lowest rank wins. */
export type Targets = Int32Array;

const MAX_REMEMBERED = 1 << 16;
const RANK_WRAPPED = 1;
const RANK_ALIAS = 10;
const RANK_LOOSE = 1000;

/** The fields that rules name, as small integers, and the way from a record's keys to them. */
export class FieldNames {
  readonly #slots = new Map<string, number>();
  readonly #byAlias = new Map<string, { slot: number; rank: number }[]>();
  readonly #byLoose = new Map<string, number[]>();
  #remembered = new Map<string, Targets | undefined>();

  get size(): number {
    return this.#slots.size;
  }

  slot(field: string): number {
    const known = this.#slots.get(field);
    if (known !== undefined) return known;
    const slot = this.#slots.size;
    this.#slots.set(field, slot);
    const names = Object.hasOwn(aliases, field) ? (aliases[field] ?? []) : [];
    for (const [index, name] of names.entries()) append(this.#byAlias, name, { slot, rank: RANK_ALIAS + index });
    append(this.#byLoose, loosen(field), slot);
    this.#remembered = new Map();
    return slot;
  }

  /** Undefined: no rule asks for it. */
  targets(key: string): Targets | undefined {
    const remembered = this.#remembered.get(key);
    if (remembered !== undefined || this.#remembered.has(key)) return remembered;
    const targets = this.#resolve(key);
    // Records may bring any number of different keys; what is remembered of them is bounded.
    if (this.#remembered.size < MAX_REMEMBERED && key.length < 256) this.#remembered.set(key, targets);
    return targets;
  }

  #resolve(key: string): Targets | undefined {
    const ranks = new Map<number, number>();
    const add = (slot: number | undefined, rank: number) => {
      if (slot !== undefined && rank < (ranks.get(slot) ?? Infinity)) ranks.set(slot, rank);
    };
    const wrapper = wrappers.find((prefix) => key.startsWith(prefix));
    const inner = wrapper === undefined ? undefined : key.slice(wrapper.length);
    // `UserData` has one more level, named after the event.
    const names =
      inner === undefined ? [key] : [key, inner, ...(wrapper?.endsWith('serData.') === true ? [inner.slice(inner.indexOf('.') + 1)] : [])];
    for (const [index, name] of names.entries()) {
      add(this.#slots.get(name), index * RANK_WRAPPED);
      for (const { slot, rank } of this.#byAlias.get(name) ?? []) add(slot, rank);
      // Of two names that only resemble the field's, the one of the event's own data is meant, not the envelope's.
      for (const slot of this.#byLoose.get(loosen(name)) ?? []) add(slot, RANK_LOOSE - index);
    }
    return ranks.size === 0 ? undefined : Int32Array.from([...ranks].flat());
  }
}

/** Blanks, case and punctuation that exporters add or drop: `Threat Name`, `threat_name` and `ThreatName` are one field. */
function loosen(name: string): string {
  return name.toLowerCase().replace(/[\s_:-]/g, '');
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
