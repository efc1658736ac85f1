import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretsIn, valuesIn } from './test-scan.ts';

function assertFound(cases: readonly (readonly [text: string, value: string])[]): void {
  for (const [text, value] of cases) assert.deepEqual(valuesIn(text), [value], text);
}

function assertNothing(texts: readonly string[]): void {
  for (const text of texts) assert.deepEqual(valuesIn(text), [], text);
}

test('passwords in every notation', () => {
  assertFound([
    ['password = "hunter2"', 'hunter2'],
    ['password: hunter2', 'hunter2'],
    ['DB_PASSWORD=correcthorse', 'correcthorse'],
    ['export PGPASSWORD=s3cr3t!x', 's3cr3t!x'],
    ['{"user":"a","password":"P@ss-w0rd9"}', 'P@ss-w0rd9'],
    [String.raw`"{\"password\":\"P@ss-w0rd9\"}"`, 'P@ss-w0rd9'],
    ['spring.datasource.password=Tr0ub4dor&3', 'Tr0ub4dor&3'],
    ['<password>winter2019!</password>', 'winter2019!'],
    ['- name: DB_PASSWORD\n  value: "zx81!spectrum"', 'zx81!spectrum'],
    ['const string password = "Hunter22";', 'Hunter22'],
    ["setPassword('tiger99!')", 'tiger99!'],
    ['passphrase: "correct horse battery staple"', 'correct horse battery staple'],
    ['the password is Winter2024! for all', 'Winter2024!'],
    ['password for db01: xK9#mm2', 'xK9#mm2'],
    ['?user=a&password=abc123&x=1', 'abc123'],
  ]);
});

test('Japanese labels, full-width characters and brackets', () => {
  assertFound([
    ['パスワード：Sekisho2024!', 'Sekisho2024!'],
    ['初期パスワードは「Abc#1234」です。', 'Abc#1234'],
    ['ログインID：yamada　パスワード：ｔｅｓｔ１２３４', 'ｔｅｓｔ１２３４'],
    ['暗証番号: 4821', '4821'],
    ['アクセストークン：a8F3kd92LsmQ0zX7', 'a8F3kd92LsmQ0zX7'],
    ['認証キー：9f8e7d6c5b4a39281706', '9f8e7d6c5b4a39281706'],
    ['秘密鍵は kQ93jd8sLmZ01xPq です', 'kQ93jd8sLmZ01xPq'],
    ['ID/PW: admin / Adm1n#2023', 'Adm1n#2023'],
  ]);
});

test('secrets of machines behind telling names', () => {
  assertFound([
    ['{"client_secret":"k2J8s9dLqpz03mXn"}', 'k2J8s9dLqpz03mXn'],
    ['let apiKey: string = "k2J8s9dLqpz03mXn";', 'k2J8s9dLqpz03mXn'],
    ['os.environ["API_TOKEN"] = "k2J8s9dLqpz03mXn"', 'k2J8s9dLqpz03mXn'],
    ['--token a8f3kd92lsmq0zx7', 'a8f3kd92lsmq0zx7'],
    ['X-API-Key: 8f3kd92lsmq0zx7ab', '8f3kd92lsmq0zx7ab'],
    ['Authorization: Bearer 8f3kd92lsmq0zx7abQ', '8f3kd92lsmq0zx7abQ'],
    ['Authorization: Basic YWRtaW46aHVudGVyMg==', 'YWRtaW46aHVudGVyMg=='],
    ["define('AUTH_KEY', 'x!9$kQ2@lmZ#8vB&4nP');", 'x!9$kQ2@lmZ#8vB&4nP'],
  ]);
});

test('the name of the JSON member speaks for a whole text', () => {
  assert.deepEqual(valuesIn('hunter2!x', 'password'), ['hunter2!x']);
  assert.deepEqual(valuesIn('k2J8s9dLqpz03mXn', 'client_secret'), ['k2J8s9dLqpz03mXn']);
  for (const hint of ['description', 'token_type', 'password_policy']) assert.deepEqual(valuesIn('hunter2!x', hint), [], hint);
});

test('command lines, network devices, dumps of accounts', () => {
  assertFound([
    ['curl -u admin:Sup3rS3cret https://x.internal/', 'admin:Sup3rS3cret'],
    ['mysql -u root -pS3cretPw db', 'S3cretPw'],
    [String.raw`net use Z: \\fs01\share /user:CORP\svc P@ssw0rd1`, 'P@ssw0rd1'],
    ["sshpass -p 'tiger99' ssh root@10.0.0.1", 'tiger99'],
    ['ConvertTo-SecureString "Winter2020!" -AsPlainText', 'Winter2020!'],
    ['snmp-server community s3cr3tRO ro', 's3cr3tRO'],
    ['username admin password 0 C1sc0pw!', 'C1sc0pw!'],
    ['enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0', '$1$mERr$hx5rVt7rPNoS4wqbXKX7m0'],
    ['* NTLM     : 81d310fa34e6a56a90378a01d6ea6b95', '81d310fa34e6a56a90378a01d6ea6b95'],
  ]);
  assert.equal(secretsIn('Administrator:500:aad3b435b51404eeaad3b435b51404ee:8846f7eaee8fb117ad06bdd830b7586c:::').length, 1);
});

test('the data of a Kubernetes secret', () => {
  const manifest =
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  user: YWRtaW4=\n  pin: c2VraXNobzE=\n---\nkind: ConfigMap\ndata:\n  a: b2RkX3ZhbHVl\n';
  assert.deepEqual(valuesIn(manifest), ['YWRtaW4=', 'c2VraXNobzE=']);
});

test('variables, placeholders, types, calls and labels are no secrets', () => {
  assertNothing([
    'password = process.env.DB_PASSWORD',
    'password: ${DB_PASSWORD}',
    'password = "<password>"',
    'password: "xxxxxxxx"',
    'api_key = "your-api-key"',
    'token: string;',
    'password: null,',
    'const token = getToken();',
    'password: config.password,',
    "label: 'Password', type: 'password'",
    '"password": "パスワード"',
    "password: 'Your password must have 8 characters'",
    'token_type: "Bearer8xyz"',
    'max_tokens: 4096',
    'passwordLength = 12345',
    'secretName: my-app-secret-v2',
    'primary_key: 3f2a9c8d7e6b5a4f1029',
    "if (typeof token === 'string')",
    'Bearer token authentication is required',
    'autocomplete="current-password"',
    'password_file=/run/secrets/db_password',
    'keyboard: "a8F3kd92LsmQ0zX7a8F3"',
  ]);
});

test('hashes, ids, versions and data that only look like chance are no secrets', () => {
  assertNothing([
    '"integrity": "sha512-a8F3kd92LsmQ0zX7a8F3kd92LsmQ0zX7a8F3kd92LsmQ0zX7a8F3kd92LsmQ0zX7a8F3kd92LsmQ0zX7a8Fg=="',
    'commit 9fceb02d0ae598e95dc970b74767f19372d61af8',
    'id: 550e8400-e29b-41d4-a716-446655440000',
    'cacheKey: "550e8400-e29b-41d4-a716-446655440000"',
    'src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"',
    'token-efficient-tools-2025-02-19',
    'readonly STENCIL_PASS_DEPTH_FAIL: 0x0B95;',
    'Public key ping-sha256: pL1+qb9HTMRZJmuC/bB/ZI9d302BYrrqiVuRyW+DGrU=',
    '2026-11-24T12:55:44.123Z key=status value=200',
  ]);
});
