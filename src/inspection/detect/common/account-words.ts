// Words of account detection: names that every machine has, what is no domain, labels, and the forms of authentication logs. Data only.

/** Accounts and folders that name nobody, and words that programs put there. In lower case. */
export const EVERYBODY: ReadonlySet<string> = new Set(
  (
    'root admin administrator administrators system local_service network_service localservice networkservice local network service guest guests ' +
    'public default defaultuser0 defaultaccount wdagutilityaccount all everyone anonymous nobody daemon bin sys sync games man lp mail news uucp ' +
    'proxy www-data www backup list irc gnats sshd messagebus syslog systemd systemd-network systemd-resolve systemd-timesync dbus polkitd chrony ' +
    'ntp postfix postgres mysql nginx apache httpd redis mongodb elasticsearch kibana logstash tomcat jenkins git docker vagrant ubuntu debian centos ' +
    'fedora ec2-user azureuser opc pi node runner vscode codespace oracle nfsnobody rpc rpcuser tss operator shutdown halt adm users krbtgt shared ' +
    'user username user-name user_name userid name yourname youruser you your me my myuser someone somebody anybody test example demo null nil none undefined ' +
    'true false string str number boolean object any unknown void this self new id ids uid login logout password passwd email data info profile ' +
    'and or not in is are was has the a an of to from for with on by at can must should will it that which if else return const let var import ' +
    'export function async await type interface class assistant tool tools model developer authenticated unauthenticated invalid illegal required ' +
    'optional current owner member members group role roles account accounts client server host localhost process env config options settings ' +
    'agent agents browser input output message messages prompt request response interactive session sessions unset ' +
    'trustedinstaller builtin iusr anonymous_logon self-service defaultapppool classic sa dbo na n-a admini defaul'
  ).split(' '),
);

/** What stands before a backslash without being a domain of accounts. */
export const NOT_DOMAINS: ReadonlySet<string> = new Set(
  (
    'authority service builtin host manager hklm hkcu hkcr hku hkcc hkey_local_machine hkey_current_user hkey_classes_root hkey_users registry machine ' +
    'user users software system security sam hardware classes wow6432node microsoft windows winnt system32 syswow64 program files programdata appdata ' +
    'device harddiskvolume1 harddiskvolume2 harddiskvolume3 harddiskvolume4 root cimv2 rpc control basenamedobjects global sessions pipe drivers temp ' +
    'tmp desktop documents downloads bin lib src etc var usr home a-z 0-9 a-za-z a-z0-9 a-za-z0-9 apppool policy current controlset001 currentcontrolset'
  ).split(' '),
);

/** Member names in letters and digits. */
export const USER_HINT =
  /^(?:(?:src|source|dst|dest|destination|target|subject|client|remote|caller|sam|member|effective|new|old|login|log[io]n|run|local|os|db|ssh|parent|request|initiating|actor)?(?:process)?(?:user|username|account|accountname|acct|login|loginname|logon|logonname|logonuser|uid|userid|principal)|suser|duser|ruser|samaccountname|userprincipalname|upn|owner|auid)$/;

/** Directly before `DOMAIN\user`. */
export const USER_LABEL =
  /(?:(?:user|account|login|logon|owner|identity|principal)(?:[ _.-]?(?:name|id))?(?:\\?["'])?[ \t]{0,2}[:=][ \t]{0,8}(?:\\t){0,3}(?:\\?["'])?|(?:\brunas|\/user:|-u) ?)$/;

interface AuthForm {
  readonly trigger: string;
  /** What leads to the trigger; it ends there. */
  readonly before?: RegExp;
  /** From the trigger to right before the name. */
  readonly form: RegExp;
  readonly confidence: number;
}

/** Lines of sshd, PAM, sudo, su and login: in order, the first that fits. */
export const AUTH_FORMS: readonly AuthForm[] = [
  {
    trigger: ' for ',
    before: /\b(?:accepted|failed|postponed) (?:password|publickey|keyboard-interactive(?:\/pam)?|gssapi-with-mic|none|hostbased)$/,
    form: /^ for (?:invalid user |illegal user )?(?=\S{1,64} from )/,
    confidence: 0.93,
  },
  { trigger: ' for ', before: /\bsession (?:opened|closed)$/, form: /^ for user /, confidence: 0.93 },
  {
    trigger: ' for ',
    before:
      /\b(?:authentication failure|login (?:failed|failure|attempt)|logon failure|password (?:changed|check failed|reset)|failed login|failed logon)$/,
    form: /^ for (?:user )?\(?["']?(?=[a-z0-9._-]{1,64}(?:$|[\s,;.)'"]))/,
    confidence: 0.8,
  },
  {
    trigger: ' for ',
    form: /^ for (?:invalid user |illegal user |user )(?=\S{1,64} from [0-9a-f.:]{3,}|\S{1,64} from \S{1,64} port |[a-z0-9._-]{1,64}\(uid=)/,
    confidence: 0.75,
  },
  { trigger: ' user ', before: /\b(?:invalid|illegal|unknown)$/, form: /^ user (?=\S{1,64} from [0-9a-f.:]{3,})/, confidence: 0.9 },
  { trigger: 'sudo: ', form: /^sudo: {1,8}(?=[a-z0-9._-]{1,64} : )/, confidence: 0.93 },
  { trigger: 'sudo[', form: /^sudo\[[0-9]{1,8}\]: {1,8}(?=[a-z0-9._-]{1,64} : )/, confidence: 0.93 },
  { trigger: 'su: ', form: /^su: \((?:to )?[a-z0-9._-]{1,32}\) (?=[a-z0-9._-]{1,64} on )/, confidence: 0.9 },
  { trigger: 'su[', form: /^su\[[0-9]{1,8}\]: \((?:to )?[a-z0-9._-]{1,32}\) (?=[a-z0-9._-]{1,64} on )/, confidence: 0.9 },
  { trigger: 'uid=', form: /^uid=[0-9]{1,10}\(/, confidence: 0.9 },
];
