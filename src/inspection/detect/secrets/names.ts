// What the name of a variable, member, setting or label says about its value: a password, a secret that a machine made, something that may
// be one, or nothing of the kind (`token_type`, `publicKey`, `password_length`).

export type Strength = 'password' | 'secret' | 'weak';

const set = (words: string) => new Set(words.split(' '));

const PASSWORD = set(
  'password passwd passwort passphrase passcode pass pwd pw pswd kennwort contrasena contraseña userpass rootpass dbpass dbpassword adminpassword pgpassword sshpass',
);
const SECRET = set(
  'secret secrets token apikey apitoken credential credentials creds cred authtoken accesstoken accesskey secretkey privatekey clientsecret ' +
    'bearer apisecret appsecret authkey signingkey encryptionkey masterkey licensekey sharedkey webhooksecret jwtsecret pat ntlm psk',
);
const KEY_OF = set(
  'api access secret private encryption encrypt decryption signing sign auth authentication master client shared service account license ' +
    'storage webhook hmac aes ssh deploy session admin bot app application consumer subscription host cipher crypto symmetric server write ' +
    'read ingest integration developer dev cookie data root storj provisioning security hash jwt',
);
const WEAK = set('key auth access authorization session cookie signature sig sas salt pepper seed api');

/** Words with other meanings: `STENCIL_PASS_DEPTH_FAIL`. They count at the end of a name only. */
const SHORT = set('pass pw pat key auth api access');

/** Behind a word for a secret: the name is about the secret and does not hold it. */
const ABOUT = set(
  'url uri urls endpoint type types name names length len size count counts limit limits max min path paths file files filename dir policy ' +
    'field fields label placeholder hint prefix suffix pattern regex format expires expiry expiration ttl age time timeout at date version ' +
    'algorithm alg header headers param params parameter arn ref reference usage class rule rules error errors message text title ' +
    'description required enabled valid validator reset prompt column index mode method methods provider source store manager endpoints list ' +
    'map set group role roles scope scopes id ids identifier kind schema strategy status state check confirm confirmation callback handler ' +
    'changed change sha md ping last rotation rotate location domain host hostname user username issuer audience aud count counter budget details tokens keys ' +
    'input output option options selector template spec hashed hash fingerprint thumbprint checksum digest encoding charset separator ' +
    'encode decode encryption encoder hasher hashing algo iterations rounds position offset start end pair code codes event action page view form link button icon',
);
/** In front of the last word: the value is public or no secret. */
const PUBLIC = set(
  'public publishable pub primary foreign sort partition cache unique composite i18n translation locale max min num total no csrf lookup idempotency routing object row map dict message lang query group index hot shortcut keyboard next page pagination continuation cursor resume sync previous',
);

const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|\P{ASCII}+/gu;

/** What a name says, or undefined. Bounded by the length of the name, which the caller bounds. */
export function strengthOf(name: string): Strength | undefined {
  const japanese = japaneseStrength(name);
  if (japanese !== undefined) return japanese;
  const words = (name.match(WORD) ?? []).map((word) => word.toLowerCase());
  for (let at = words.length - 1; at >= 0; at--) {
    const strength = strengthAt(words, at);
    if (strength === undefined) continue;
    const behind = words.slice(at + 1);
    if (SHORT.has(words[at]!) && behind.some((word) => !/^\d+$/.test(word))) return undefined;
    if (behind.some((word) => ABOUT.has(word))) return undefined;
    if (words.slice(0, at).some((word) => PUBLIC.has(word))) return undefined;
    return behind.length > 1 && strength !== 'password' ? 'weak' : strength;
  }
  return undefined;
}

function strengthAt(words: readonly string[], at: number): Strength | undefined {
  const word = words[at]!;
  if (PASSWORD.has(word)) return 'password';
  if (SECRET.has(word)) return 'secret';
  if (word === 'key' && at > 0) return words.slice(0, at).some((before) => KEY_OF.has(before)) ? 'secret' : 'weak';
  if (word === 'phrase' && words[at - 1] === 'pass') return 'password';
  return WEAK.has(word) ? 'weak' : undefined;
}

function japaneseStrength(name: string): Strength | undefined {
  if (/パスワード|パスフレーズ|パスコード|暗証番号|合言葉|密码|口令|비밀번호/.test(name)) return 'password';
  return /秘密鍵|認証キー|トークン|アクセスキー|シークレット|共有鍵|暗号鍵|暗号化キー|APIキー|apiキー|認証情報|ライセンスキー/.test(name)
    ? 'secret'
    : undefined;
}
