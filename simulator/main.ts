// A simulator as a process: node simulator/main.ts --name us --label US --port 0 [--journal FILE] [--fault JSON] …
// Prints one JSON line {"url","port","pid"} when it accepts connections, and ends on SIGTERM, SIGINT, or with --exit-with-stdin when
// its standard input ends, so that it cannot outlive a test that was killed.
import { parseArgs } from 'node:util';
import { describeError, SekishoError, systemErrorCode, type Json } from '#kernel';
import { parseFault } from './faults.ts';
import { asObject, isObject, parseJson } from './json.ts';
import { DEFAULT_BEHAVIOUR, SIMULATED_WIRES, type Behaviour, type SimulatedWire } from './options.ts';
import { startSimulator } from './simulator.ts';

const USAGE = `Usage: node simulator/main.ts --name NAME [options]

  --label TEXT        place shown in answers (default: the name in upper case)
  --port NUMBER       0 (default) takes a free port on 127.0.0.1
  --wires LIST        ${SIMULATED_WIRES.join(',')} (default: all)
  --models LIST       what GET /v1/models lists
  --api-key KEY       refuse requests without this key
  --journal FILE      append one JSON line per received request before answering it
  --fault JSON        {"kind":"status","status":429,"times":2}; see simulator/faults.ts
  --behaviour JSON    {"chunks":100,"delayMs":5}; see simulator/options.ts
  --exit-with-stdin   end when standard input ends
  --help`;

function list(value: string | undefined): string[] | undefined {
  return value
    ?.split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function usageError(message: string): SekishoError {
  return new SekishoError('simulator-usage', message, { hint: USAGE });
}

function readWires(value: string | undefined): SimulatedWire[] | undefined {
  return list(value)?.map((name) => {
    const wire = SIMULATED_WIRES.find((known) => known === name);
    if (wire === undefined) throw usageError(`--wires: there is no "${name}"`);
    return wire;
  });
}

/** Members of the defaults only, each of its default's type. */
function readBehaviour(value: string | undefined): Partial<Behaviour> {
  if (value === undefined) return {};
  const given = parseJson(value);
  if (!isObject(given)) throw usageError('--behaviour is a JSON object');
  const defaults: { readonly [name: string]: Json } = { ...DEFAULT_BEHAVIOUR, slow: { ...DEFAULT_BEHAVIOUR.slow } };
  for (const [name, member] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name) || typeof member !== typeof defaults[name])
      throw usageError(`--behaviour: "${name}" is unknown or of the wrong type`);
  }
  const slow = asObject(given.slow);
  return { ...given, ...(slow === undefined ? {} : { slow: { ...DEFAULT_BEHAVIOUR.slow, ...slow } }) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      name: { type: 'string' },
      label: { type: 'string' },
      port: { type: 'string', default: '0' },
      wires: { type: 'string' },
      models: { type: 'string' },
      'api-key': { type: 'string' },
      journal: { type: 'string' },
      fault: { type: 'string' },
      behaviour: { type: 'string' },
      'exit-with-stdin': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(`${USAGE}\n`);
  if (values.name === undefined) throw usageError('--name is missing');
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw usageError('--port is a number from 0 to 65535');
  const fault = values.fault === undefined ? undefined : parseFault(parseJson(values.fault));
  if (fault?.ok === false) throw usageError(`--fault: ${fault.error}`);
  const wires = readWires(values.wires);
  const models = list(values.models);
  const simulator = await startSimulator({
    name: values.name,
    label: values.label ?? values.name.toUpperCase(),
    port,
    behaviour: readBehaviour(values.behaviour),
    ...(wires === undefined ? {} : { wires }),
    ...(models === undefined ? {} : { models }),
    ...(values['api-key'] === undefined ? {} : { apiKey: values['api-key'] }),
    ...(values.journal === undefined ? {} : { journal: values.journal }),
  });
  if (fault?.ok === true) simulator.setFault(fault.value.fault, fault.value.scope);
  const stop = () => void simulator.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (values['exit-with-stdin']) process.stdin.on('end', stop).on('error', stop).resume();
  process.stdout.write(`${JSON.stringify({ url: simulator.url, port: simulator.port, pid: process.pid })}\n`);
}

main().catch((error: unknown) => {
  const hint = error instanceof SekishoError && error.hint !== undefined ? `\n\n${error.hint}` : '';
  process.stderr.write(`simulator: ${describeError(error)}${hint}\n`);
  const misused = error instanceof SekishoError || systemErrorCode(error)?.startsWith('ERR_PARSE_ARGS') === true;
  process.exitCode = misused ? 2 : 1;
});
