import assert from 'node:assert/strict';
import test from 'node:test';
import { SekishoError } from '#kernel';
import { checkArguments, repeatedValues } from './arguments.ts';
import type { Flags } from './command.ts';

const FLAGS = {
  file: { type: 'positional', description: '' },
  owner: { type: 'string', required: true, description: '' },
  role: { type: 'enum', options: ['caller', 'auditor'], repeatable: true, description: '' },
  config: { type: 'string', alias: 'c', description: '' },
  json: { type: 'boolean', description: '' },
} as const satisfies Flags;

function problem(...args: string[]): { message: string; hint: string | undefined } | undefined {
  try {
    checkArguments(args, FLAGS, 'keys create');
    return undefined;
  } catch (error) {
    assert.ok(error instanceof SekishoError);
    assert.equal(error.code, 'usage');
    return { message: error.message, hint: error.hint };
  }
}

test('flags in every form are accepted', () => {
  assert.equal(problem('--owner', 'a', '-c', 'x.yaml', 'file', '--json', '--role=caller', '--role', 'auditor'), undefined);
  assert.equal(problem('--owner=-a-', '--', '--not-a-flag'), undefined);
  assert.equal(problem('--owner', '-'), undefined);
});

test('an unknown flag is refused with a suggestion', () => {
  assert.deepEqual(problem('--owner', 'a', '--jsno'), {
    message: '`sekisho keys create` has no flag --jsno',
    hint: 'Did you mean --json?',
  });
  assert.match(problem('--owner', 'a', '--no-json')!.message, /no flag --no-json/);
  assert.match(problem('--owner', 'a', '-x')!.message, /no flag -x/);
  // Names of the object prototype are no flags.
  assert.match(problem('--owner', 'a', '--constructor', 'b')!.message, /no flag --constructor/);
});

test('a flag without its value is refused, also when another flag follows', () => {
  assert.match(problem('--owner')!.message, /--owner needs a value/);
  assert.match(problem('--owner=')!.message, /--owner needs a value/);
  assert.deepEqual(problem('--owner', '--json'), {
    message: '--owner needs a value, and --json looks like a flag',
    hint: 'If it is the value, write --owner=--json',
  });
});

test('what is missing, too much, twice or no choice is refused', () => {
  assert.match(problem()!.message, /--owner is missing/);
  assert.match(problem('--owner', 'a', 'one', 'two')!.message, /"two" is one argument too many/);
  assert.match(problem('--owner', 'a', '--owner', 'b')!.message, /--owner is given twice/);
  assert.match(problem('--owner', 'a', '--role', 'calller')!.message, /one of caller, auditor; did you mean caller\?/);
  assert.match(problem('--owner', 'a', '--json=yes')!.message, /--json takes no value/);
});

test('repeated values keep their order, and nothing after -- counts', () => {
  const args = ['--role', 'auditor', '--owner', 'a', '--role=caller', '--', '--role', 'x'];
  assert.deepEqual(repeatedValues(args, FLAGS, 'role'), ['auditor', 'caller']);
});
