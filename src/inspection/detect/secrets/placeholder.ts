// What stands where a secret would stand and is none: variables, templates, names of types, words of documentation. A value that
// somebody really uses as a password, however bad (`changeme`, `admin123`), is not a placeholder.

/** References to a value that is elsewhere. */
const REFERENCE =
  /^(?:[$%#@&!*]?[{(<[]|\$|%[A-Za-z_]\w*%|<|__|@@|!|process\.|os\.|env[.:(]|import\.|System\.|ENV\b|config[.[]|settings\.|secrets?[.:/]|vault:|ref[+:]|arn:|file:|op:\/\/|projects\/|encrypted:|ENC\[|(?:sha(?:1|256|384|512)[-:])|data:|https?:\/\/|urn:|(?:this|self|args|options|opts|params|props|req|request|ctx|data|event|user|body)\.)/i;

/** A template anywhere inside. */
const TEMPLATE = /\$\{|\{\{|<%|#\{|\$\(|%\(|\{[A-Za-z_][\w.]*\}|<[A-Za-z][\w -]*>|%[sdv]\b/;

const WORDS =
  /^(?:null|nil|none|undefined|nan|true|false|yes|no|on|off|string|str|text|number|int|integer|bool|boolean|object|array|bytes?|char|varchar|void|any|unknown|function|symbol|bigint|never|optional|required|default|empty|hidden|secret|secrets|password|passwd|passphrase|pass|pwd|token|tokens|key|keys|apikey|api[-_ ]?key|username|user|login|email|name|value|values|input|field|label|type|id|basic|bearer|digest|oauth2?|jwt|bot|public|private|access|refresh|session|cookie|header|query|path|file|redacted|masked|removed|filtered|omitted|hash|hashed|encrypted|unset|todo|tbd|fixme|n\/a|foo|bar|baz|foobar|abc|xyz|test|testing|tests|mock|fake|stub)$/i;

const DOCUMENTATION =
  /example|sample|dummy|placeholder|fake(?:[-_]|key|token)|redacted|(?:^|[-_. ])(?:your|insert|enter|replace|todo)(?:[-_. ]|(?=[A-Z]))|^your|^(?:my|some|the|a)[-_. ]?(?:super[-_. ]?)?(?:secret|password|passwd|passphrase|token|api[-_. ]?key|key)(?:[-_. ]?(?:key|token|password|value|here))?$|goes[-_]?here|[-_]here$|not[-_]?(?:a[-_]?)?real|change[-_]?(?:this|it)/i;

/** True for what is a reference, a template, a masked value or a word that says what should stand there. */
export function isPlaceholder(value: string): boolean {
  return REFERENCE.test(value) || TEMPLATE.test(value) || WORDS.test(value) || DOCUMENTATION.test(value) || isFiller(value);
}

/** Words of documentation inside a key of a vendor: AWS’s own example key ends in EXAMPLE. */
export function isDocumentation(value: string): boolean {
  return /example|dummy|placeholder|redacted|your[-_]|xxxxxx|notareal/i.test(value);
}

/** One or two characters repeated: `xxxx`, `****`, `....`, `000000`, `abababab`. */
export function isFiller(value: string): boolean {
  const length = Math.min(value.length, 128);
  let kinds = 0;
  let seen = '';
  for (let at = 0; at < length; at++) {
    const character = value[at]!;
    if (seen.includes(character)) continue;
    if (++kinds > 2) return false;
    seen += character;
  }
  return length >= 3 || kinds === 0;
}

/** Something written in code and not a value: `user.password`, `getToken`, `PASSWORD_FIELD`, `Type<string>`. */
export function isIdentifier(value: string): boolean {
  return /^[A-Za-z_$][\w$]*(?:(?:\.|\?\.|::|->|-)[A-Za-z_$][\w$]*)*[!?]?$/.test(value);
}
