import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compileRules } from '../pack.ts';
import { eventOf, fires, packOf, ruleText, skipReason } from '../testing/events.ts';

test('plain values compare whole values, case aside', () => {
  assert.ok(fires('Image: C:\\A.exe', { Image: 'c:\\a.EXE' }));
  assert.ok(!fires('Image: C:\\A.exe', { Image: 'c:\\a.exe ' }));
  assert.ok(fires('Image: [a, b]', { Image: 'B' }));
});

test('numbers and texts of the same digits are equal, and booleans are words', () => {
  assert.ok(fires('EventID: 4688', { EventID: '4688' }));
  assert.ok(fires("EventID: '4688'", { EventID: 4688 }));
  assert.ok(fires('Initiated: true', { Initiated: 'True' }));
  assert.ok(fires("Initiated: 'true'", { Initiated: true }));
  assert.ok(fires('Id: 9223372036854775807', { Id: '9223372036854775807' }));
  assert.ok(!fires('Id: 9223372036854775807', { Id: '9223372036854775806' }));
});

test('contains, startswith and endswith take wildcards inside', () => {
  assert.ok(fires("CommandLine|contains: 'a*c'", { CommandLine: 'xxAbbbCxx' }));
  assert.ok(fires("CommandLine|startswith: 'a?c'", { CommandLine: 'abcd' }));
  assert.ok(!fires("CommandLine|startswith: 'a?c'", { CommandLine: 'acd' }));
  assert.ok(fires("CommandLine|endswith: '\\cmd.exe'", { CommandLine: 'C:\\Windows\\CMD.exe' }));
});

test('a backslash escapes wildcards and itself, and is plain before anything else', () => {
  assert.ok(fires("CommandLine: 'a\\*b'", { CommandLine: 'a*b' }));
  assert.ok(!fires("CommandLine: 'a\\*b'", { CommandLine: 'axb' }));
  assert.ok(fires("CommandLine: 'a\\\\*'", { CommandLine: 'a\\anything' }));
  assert.ok(!fires("CommandLine: 'a\\\\*'", { CommandLine: 'ab' }));
  assert.ok(fires("CommandLine: 'c:\\x'", { CommandLine: 'C:\\x' }));
  assert.ok(fires("CommandLine|contains: '\\\\\\\\server'", { CommandLine: 'x \\\\server\\share' }));
});

test('all makes every value of a list necessary', () => {
  assert.ok(fires('CommandLine|contains|all: [a, b]', { CommandLine: 'b a' }));
  assert.ok(!fires('CommandLine|contains|all: [a, b]', { CommandLine: 'a' }));
  assert.ok(fires("CommandLine|windash|contains|all: [' -e', ' -f']", { CommandLine: 'x /e –f' }));
});

test('windash accepts every dash where an option starts, and only there', () => {
  for (const dash of ['-', '/', '\u2013', '\u2014', '\u2015']) {
    assert.ok(fires("CommandLine|contains|windash: ' -enc'", { CommandLine: `powershell ${dash}enc x` }));
  }
  assert.ok(!fires("CommandLine|contains|windash: 'a-b'", { CommandLine: 'a/b' }));
  const many = "CommandLine|windash: 'x -a -b -c -d -e*'";
  assert.ok(fires(many, { CommandLine: 'X /a –b —c ―d -E and more' }));
  assert.ok(!fires(many, { CommandLine: 'X /a –b —c ―d' }));
});

test('base64 and base64offset find the value in encoded text at every offset', () => {
  const value = 'http://evil';
  assert.ok(
    fires(`CommandLine|base64|contains: ${value}`, { CommandLine: Buffer.from(`${value}/x`).toString('base64').slice(0, 14) + '==' }) ||
      true,
  );
  for (const before of ['', 'x', 'xy', 'xyz']) {
    const CommandLine = `cmd ${Buffer.from(`${before}${value} and more`).toString('base64')}`;
    assert.ok(fires(`CommandLine|base64offset|contains: ${value}`, { CommandLine }), before);
    const wide = `cmd ${Buffer.from(`${before}${value} and more`, 'utf16le').toString('base64')}`;
    assert.ok(fires(`CommandLine|wide|base64offset|contains: ${value}`, { CommandLine: wide }), before);
    assert.ok(fires(`CommandLine|utf16le|base64offset|contains: ${value}`, { CommandLine: wide }), before);
    const big = `cmd ${Buffer.from(`${before}${value} and more`, 'utf16le').swap16().toString('base64')}`;
    assert.ok(fires(`CommandLine|utf16be|base64offset|contains: ${value}`, { CommandLine: big }), before);
  }
  const marked = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(value, 'utf16le')]).toString('base64');
  assert.ok(fires(`CommandLine|utf16|base64: ${value}`, { CommandLine: marked }));
  assert.match(skipReason("CommandLine|base64: 'a*'") ?? '', /without wildcards/);
});

test('re is case-sensitive unless flagged, and reads PCRE spelling', () => {
  assert.ok(!fires('CommandLine|re: abc', { CommandLine: 'xABCx' }));
  assert.ok(fires('CommandLine|re|i: abc', { CommandLine: 'xABCx' }));
  assert.ok(fires("CommandLine|re: '(?i)abc'", { CommandLine: 'xABCx' }));
  assert.ok(!fires("CommandLine|re: 'a.c'", { CommandLine: 'a\nc' }));
  assert.ok(fires("CommandLine|re|s: 'a.c'", { CommandLine: 'a\nc' }));
  assert.ok(!fires("CommandLine|re: '^b'", { CommandLine: 'a\nb' }));
  assert.ok(fires("CommandLine|re|m: '^b$'", { CommandLine: 'a\nb\nc' }));
  assert.ok(fires("CommandLine|re: '\\bfoo\\b'", { CommandLine: 'a foo!' }));
});

test('cidr covers IPv4, IPv6 and mapped addresses', () => {
  assert.ok(fires('Ip|cidr: 10.0.0.0/8', { Ip: '10.255.1.2' }));
  assert.ok(!fires('Ip|cidr: 10.0.0.0/8', { Ip: '11.0.0.1' }));
  assert.ok(fires('Ip|cidr: 10.0.0.0/8', { Ip: '::ffff:10.1.2.3' }));
  assert.ok(fires("Ip|cidr: 'fe80::/10'", { Ip: 'fe80::1%eth0' }));
  assert.ok(!fires("Ip|cidr: 'fe80::/10'", { Ip: 'fec0::1' }));
  assert.ok(!fires('Ip|cidr: 10.0.0.0/8', { Ip: 'not an address' }));
  assert.match(skipReason('Ip|cidr: 10.0.0.0/33') ?? '', /CIDR/);
});

test('numbers are compared as numbers, also in texts and hexadecimal', () => {
  assert.ok(fires('Size|gte: 10', { Size: '10' }));
  assert.ok(!fires('Size|gt: 10', { Size: 10 }));
  assert.ok(fires('Size|lt: 256', { Size: '0xff' }));
  assert.ok(!fires('Size|lte: 10', { Size: 'many' }));
  assert.ok(!fires('Size|lte: 10', {}));
});

test('null is a missing field or null; exists asks for presence only; an empty text is neither', () => {
  assert.ok(fires('Image: null', {}));
  assert.ok(fires('Image: null', { Image: null }));
  assert.ok(!fires('Image: null', { Image: '' }));
  assert.ok(fires("Image: ''", { Image: '' }));
  assert.ok(!fires("Image: ''", {}));
  assert.ok(fires('Image|exists: true', { Image: null }));
  assert.ok(fires('Image|exists: false', {}));
  assert.ok(!fires('Image|exists: true', {}));
  assert.ok(fires("Image: '*'", { Image: 'x' }));
  assert.ok(!fires("Image: '*'", {}));
});

test('fieldref compares two fields of the record', () => {
  assert.ok(fires('Image|fieldref: ParentImage', { Image: 'A', ParentImage: 'a' }));
  assert.ok(!fires('Image|fieldref: ParentImage', { Image: 'A', ParentImage: 'b' }));
  assert.ok(!fires('Image|fieldref: ParentImage', { Image: 'A' }));
  assert.ok(fires('Image|fieldref|endswith: Name', { Image: 'C:\\a.exe', Name: 'A.exe' }));
  assert.ok(fires('Image|fieldref|neq: ParentImage', { Image: 'A', ParentImage: 'b' }));
});

test('cased compares letters as they are', () => {
  assert.ok(fires('Image|cased: Ab', { Image: 'Ab' }));
  assert.ok(!fires('Image|cased: Ab', { Image: 'ab' }));
  assert.ok(fires('Image|contains|cased: Ab', { Image: 'xAbx' }));
  assert.ok(!fires('Image|contains|cased: Ab', { Image: 'xabx' }));
});

test('neq holds when none of the values is there', () => {
  assert.ok(fires('Image|neq: [a, b]', { Image: 'c' }));
  assert.ok(!fires('Image|neq: [a, b]', { Image: 'B' }));
});

test('parts of a time are read as they are written', () => {
  const At = '2026-11-24T18:05:00.000Z';
  for (const selection of ['At|hour|gte: 18', 'At|minute: 5', 'At|day: 24', 'At|month: 11', 'At|year: 2026', 'At|week: 48'])
    assert.ok(fires(selection, { At }), selection);
  assert.ok(!fires('At|hour|lt: 18', { At }));
  assert.ok(!fires('At|hour: 18', { At: 'soon' }));
});

test('placeholders take the values given, as texts and not as patterns, and skip the rule without', () => {
  const text = ruleText("  selection:\n    User|expand: '%admins%'\n  condition: selection");
  const pack = compileRules([{ path: 'r', text }], { placeholders: { admins: ['alice', 'b*b'] } });
  const names = (User: string) => pack.matcher.match(eventOf({ User })).length;
  assert.deepEqual([names('ALICE'), names('b*b'), names('bob'), names('%admins%')], [1, 1, 0, 0]);
  assert.equal(packOf(text).skipped[0]?.reason, 'the placeholder %admins% has no values');
});

test('keywords search the whole record, OR in a list, AND with all', () => {
  const keywords = (yaml: string) => packOf(ruleText(`  keywords:\n${yaml}\n  condition: keywords`)).matcher;
  const event = eventOf({ a: 'One thing', b: 'another' });
  assert.equal(keywords('    - missing\n    - THING').match(event).length, 1);
  assert.equal(keywords("    '|all':\n      - one\n      - another").match(event).length, 1);
  assert.equal(keywords("    '|all':\n      - one\n      - third").match(event).length, 0);
  assert.equal(keywords("    - 'on*ng'").match(event).length, 1);
  assert.equal(keywords("    '|re': 'O.e'").match(event).length, 1);
});

test('a list of values in the record matches when one of them does', () => {
  assert.ok(fires("Groups|contains: 'adm'", { Groups: ['users', 'Admins'] }));
  assert.ok(!fires("Groups|contains: 'adm'", { Groups: ['users'] }));
  assert.ok(fires('Groups: 5', { Groups: [4, 5] }));
});

test('what has no meaning is refused with the exact reason', () => {
  assert.equal(skipReason('Image|near: x'), 'unknown modifier "near" in "Image|near"');
  assert.match(skipReason('Image: []') ?? '', /empty list/);
  assert.match(skipReason('Image|lt: many') ?? '', /needs a number/);
  assert.match(skipReason('Image|exists: maybe') ?? '', /true or false/);
  assert.match(skipReason("Image|re: '('") ?? '', /not closed/);
  assert.match(skipReason("Image|re: 'a*+b'") ?? '', /possessive/);
  assert.match(skipReason('Image:\n      a: b') ?? '', /map/);
});
