// The far side of sandbox.ts: runs one expression or one schema at a time in a thread that can be stopped. Knows nothing of cases.
import { parentPort } from 'node:worker_threads';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { SandboxAnswer, SandboxJob } from './sandbox.ts';

const MAX_SCHEMAS = 500;
/** Formats are annotations (JSON Schema 2020-12, Validation §7.2.1); a misspelt keyword is a fault of the file. */
const ajv = new Ajv2020({ strictTypes: false, strictRequired: false, strictTuples: false, validateFormats: false, addUsedSchema: false });
const compiled = new Map<string, ValidateFunction>();

function validatorOf(schema: string): ValidateFunction {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const validate = ajv.compile(JSON.parse(schema) as object | boolean);
  if ('$async' in validate) throw new Error('asynchronous schemas are not supported');
  if (compiled.size >= MAX_SCHEMAS) {
    compiled.clear();
    ajv.removeSchema();
  }
  compiled.set(schema, validate);
  return validate;
}

function run(job: SandboxJob): SandboxAnswer {
  if (job.kind === 'regex') return { kind: RegExp(job.pattern, job.flags).test(job.text) ? 'passed' : 'failed' };
  const validate = validatorOf(job.schema);
  if (job.kind === 'schema') return { kind: 'passed' };
  let value: unknown;
  try {
    value = JSON.parse(job.text);
  } catch {
    return { kind: 'not-json' };
  }
  if (validate(value)) return { kind: 'passed' };
  const [first] = validate.errors ?? [];
  // The schema's own path; the instance's may carry words of the answer.
  return { kind: 'failed', keyword: first?.keyword ?? 'unknown', schemaPath: first?.schemaPath ?? '#' };
}

parentPort!.on('message', (job: SandboxJob) => {
  let answer: SandboxAnswer;
  try {
    answer = run(job);
  } catch (error) {
    answer = { kind: 'broken', reason: error instanceof Error ? error.message.slice(0, 300) : 'unknown' };
  }
  parentPort!.postMessage(answer, []);
});
parentPort!.postMessage('ready', []);
