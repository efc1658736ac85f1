import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { LogEvent } from './event.ts';
import { matchEvent } from './hunt.ts';
import { windowsEvent } from './inputs/windows-json.ts';
import { compileRules } from './pack.ts';
import { readRegressionCases, readSharedRules, sharedSigma } from './testing/regression.ts';

const skip = sharedSigma === undefined ? 'shared Sigma data absent' : false;

test('every rule of the public collection is used or skipped with its reason', { skip }, () => {
  const pack = compileRules(readSharedRules(sharedSigma ?? ''));
  assert.equal(pack.stats.sources, 3754);
  assert.equal(pack.stats.rules + pack.stats.skipped, 3754);
  assert.deepEqual(
    pack.skipped.map(({ reason }) => reason),
    ['the placeholder %known_cdcs% has no values', 'the placeholder %known_cdcs% has no values'],
  );
  assert.deepEqual(pack.limited, []);
});

test('every regression case fires its rule at least as often as its authors say', { skip }, () => {
  const pack = compileRules(readSharedRules(sharedSigma ?? ''));
  const { cases, folders, without } = readRegressionCases(sharedSigma ?? '');
  const failures: string[] = [];
  for (const { name, ruleId, atLeast, records } of cases) {
    const events = records.map((record, index) => windowsEvent(record, { file: name, record: index + 1, offset: 0 }));
    const unread = events.filter((event) => event === undefined).length;
    const matches = events.filter((event): event is LogEvent => event !== undefined).flatMap((event) => matchEvent(pack, event));
    const fired = matches.filter(({ rule }) => rule.id === ruleId).length;
    if (fired < atLeast || unread > 0) failures.push(`${name}: ${fired} of ${atLeast}, ${unread} records not read`);
  }
  assert.deepEqual(failures, []);
  assert.equal(folders, 169);
  // One case is a syslog line whose test is commented out upstream; it belongs to the syslog reader.
  assert.deepEqual(
    without.map((name) => name.split('/').at(-1)),
    ['cisco_cli_dot1x_disabled'],
  );
});
