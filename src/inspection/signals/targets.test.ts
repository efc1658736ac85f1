import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subjectOf } from '../text/subject.ts';
import { targetsIn } from './targets.ts';

const named = (text: string) => targetsIn(subjectOf(text)).targets.map(({ kind, value }) => `${kind} ${value}`);

const NAMED: readonly (readonly [text: string, targets: readonly string[]])[] = [
  ['nmap -sV -p- 10.1.2.3 192.168.4.0/24', ['ip 10.1.2.3', 'cidr 192.168.4.0/24']],
  ['ping scada01.plant.example.co.jp', ['host scada01.plant.example.co.jp']],
  ['ssh root@hist01.corp.local', ['email root@hist01.corp.local']],
  ['２０３．０．１１３．９ を調べて', ['ip 203.0.113.9']],
  ['curl -k https://10.0.0.7:8443/api?x=1; id', ['url https://10.0.0.7:8443/api?x=1', 'ip 10.0.0.7']],
  ['(see https://www.example.com/a_(b).)', ['url https://www.example.com/a_(b)', 'host www.example.com']],
  ['対象は https://example.jp/login です。', ['url https://example.jp/login', 'host example.jp']],
  ['hxxps[:]//bad[.]example[.]com/x', ['url https://bad.example.com/x', 'host bad.example.com']],
  ['C2 at 203[.]0[.]113[.]5 and evil(dot)example', ['ip 203.0.113.5', 'host evil.example']],
  ['user[@]example[.]org', ['email user@example.org']],
  ['ssh to 2001:db8::1 in 2001:db8:12::/48', ['ip 2001:db8::1', 'cidr 2001:db8:12::/48']],
  ['git clone git@github.com:Acme/plant.git', ['repository github.com/acme/plant']],
  ['go get github.com/acme/tool.', ['repository github.com/acme/tool']],
  ['https://gitlab.com/acme/ot-scan', ['url https://gitlab.com/acme/ot-scan', 'repository gitlab.com/acme/ot-scan', 'host gitlab.com']],
  ['arn:aws:iam::123456789012:role/Admin', ['aws-account 123456789012']],
  ['/subscriptions/0B1F6471-1bf0-4dda-aec3-111122223333/resourceGroups/rg', ['azure-subscription 0b1f6471-1bf0-4dda-aec3-111122223333']],
  ['gcloud compute instances list --project=plant-prod-1', ['gcp-project plant-prod-1']],
];

test('targets are named as people, shells and reports write them', () => {
  for (const [text, targets] of NAMED) assert.deepEqual(named(text), targets, text);
});

test('versions, files, code, times and prose name no target', () => {
  const texts = [
    'version 1.2.3.4',
    'v10.0.0.1',
    'python main.py && cat config.test.json',
    'os.path.join(a, b); console.log(this.value.in)',
    'value.message.id is shape.name',
    'std::vector<int> a::b 12:34:56',
    'System.IO.File and the end.It is',
    '999.1.1.1',
    'npm install pkg@1.2.3',
    '// a comment; a // b',
    'e.g. this, i.e. that',
    '/projects/website-relaunch/notes',
  ];
  for (const text of texts) assert.deepEqual(named(text), [], text);
});

test('more targets than are listed are said to be more', () => {
  const many = Array.from({ length: 2_000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`).join(' ');
  const { targets, isCut } = targetsIn(subjectOf(many));
  assert.equal(targets.length, 1_024);
  assert.equal(isCut, true);
});
