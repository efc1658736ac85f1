// Tools that reach other machines, and how their words are read. Data only; spec.ts tells what each role means.
import type { Spec } from './spec.ts';

const CURL: Spec = {
  options:
    'url:--url;proxy:-x --proxy --preproxy --socks4 --socks4a --socks5 --socks5-hostname --proxy1.0;resolve:--resolve;connectto:--connect-to;' +
    'header:-H --header --proxy-header;config:-K --config;out:-o --output -D --dump-header --trace --trace-ascii -c --cookie-jar --etag-save --libcurl --stderr --hsts --alt-svc;' +
    'upload:-T --upload-file;post:-d --data --data-binary --data-raw --data-urlencode --json --data-ascii -F --form --form-string --url-query;' +
    'key:-E --cert --key --cacert --capath --cert-type --key-type --pinnedpubkey --crlfile --netrc-file --proxy-cert --proxy-key --proxy-cacert --etag-compare;' +
    'url:--doh-url;hosts:--dns-servers;host:--haproxy-clientip;socket:--unix-socket --abstract-unix-socket;' +
    'data:-A --user-agent -u --user -b --cookie -e --referer -X --request -m --max-time --connect-timeout --retry --retry-delay --retry-max-time -w --write-out ' +
    '--limit-rate -r --range -z --time-cond --ciphers --tls-max --tls13-ciphers --interface --local-port -C --continue-at -y --speed-time -Y --speed-limit ' +
    '--max-redirs --proxy-user -U --oauth2-bearer --aws-sigv4 --pass --service-name --max-filesize --output-dir -t --telnet-option -Q --quote --create-file-mode ' +
    '--keepalive-time --expect100-timeout --happy-eyeballs-timeout-ms --rate --parallel-max --variable --proto --proto-default --proto-redir --noproxy --ftp-port -P',
  words: 'url*',
  fetches: true,
  held: {
    '--location-trusted': 'sends credentials on to wherever a redirection leads',
    '--proto-default': 'changes what a URL without a scheme means',
  },
};

const SSH_OPTIONS = 'forward:-L -R;opens:-D;jump:-J;sshopt:-o;config:-F;forward:-W;key:-i -c -m -S -E -I -Q;data:-p -b -l -e -O -w -B -P';

const HTTP_SCANNER =
  'data:-t -c -H -X -b -d -a -p -m -r -x -s -k -e -mc -fc -fs -ac -rate --threads --rate -T --timeout;url:-u --url --target -target;file:-w --wordlist;out:-o --output';

const DATABASE =
  'dbhost:-h --host;data:-p --port -P -u --user -U --username -d --dbname -D --database -n -c --command -e --execute -a --password --protocol -t --table;file:-f --file;out:-o --output -L --log-file;config:--defaults-file --defaults-extra-file';

export const NETWORK_TOOLS: Readonly<Record<string, Spec>> = {
  curl: CURL,
  wget: {
    options:
      'list:-i --input-file;config:--config;out:-O --output-document -o --output-file -a --append-output -P --directory-prefix --save-cookies;header:--header;shell:--use-askpass;' +
      'wgetrc:-e --execute;upload:--post-file --body-file;post:--post-data --body-data;key:--certificate --private-key --ca-certificate --load-cookies;url:-B --base;hosts:-D --domains;' +
      'data:-t --tries -T --timeout -w --wait -U --user-agent -l --level -A --accept -R --reject -Q --quota --user --password --http-user --http-password --referer --limit-rate --method --bind-address --exclude-domains -I -X --cut-dirs --waitretry --read-timeout --connect-timeout --dns-timeout --max-redirect --proxy-user --proxy-password --secure-protocol --prefer-family',
    words: 'url*',
    held: { '-H': 'follows links to any host', '--span-hosts': 'follows links to any host' },
    fetches: true,
  },
  http: {
    options: 'proxy:--proxy;out:-o --output --session;data:-a --auth -A --auth-type --timeout -p --print --verify --cert',
    words: 'httpie*',
    fetches: true,
  },
  aria2c: {
    options: 'list:-i --input-file;config:--conf-path;out:-o --out -d --dir;proxy:--all-proxy --http-proxy --https-proxy;data:-x -s -j -k',
    words: 'url*',
    fetches: true,
  },
  lynx: { options: 'data:-width', words: 'url*', isSingleDash: true, fetches: true },
  w3m: { words: 'url*', fetches: true },
  links: { words: 'url*', fetches: true },
  'lwp-request': { words: 'url*', fetches: true },
  lwp_download: { words: 'url*', fetches: true },
  websocat: { words: 'url*', fetches: true },
  wscat: { options: 'url:-c --connect;header:-H --header', words: 'url*', fetches: true },
  grpcurl: {
    options: 'header:-H;data:-d -import-path -proto -max-time -authority',
    words: 'host data*',
    isSingleDash: true,
    fetches: true,
  },
  ssh: { options: SSH_OPTIONS, words: 'host remote', endsEarly: true },
  autossh: { options: `${SSH_OPTIONS};data:-M`, words: 'host remote', endsEarly: true },
  mosh: { options: 'shell:--ssh --server;data:-p --port', words: 'host argv', endsEarly: true },
  slogin: { options: SSH_OPTIONS, words: 'host remote', endsEarly: true },
  rsh: { options: 'data:-l', words: 'host remote', endsEarly: true },
  plink: { options: 'key:-i -hostkey;data:-P -l -pw;jump:-J;config:-load;list:-m;forward:-L -R', words: 'host remote', endsEarly: true },
  pscp: { options: 'key:-i -hostkey;data:-P -l -pw', words: 'scp*' },
  'ssh-copy-id': { options: SSH_OPTIONS, words: 'host*' },
  'ssh-keyscan': { options: 'list:-f;data:-p -t -T', words: 'hosts*', looksUp: true },
  scp: { options: 'program:-S;jump:-J;sshopt:-o;config:-F;key:-i -c;data:-P -l -D -X', words: 'scp*', fetches: true },
  sftp: {
    options: 'batchfile:-b;program:-S;jump:-J;sshopt:-o;config:-F;key:-i -c;data:-P -l -D -X -B -R -s',
    words: 'scp*',
    fetches: true,
  },
  rsync: {
    options:
      'rsh:-e --rsh;data:--exclude --include --filter -f --bwlimit --timeout --port --chmod --chown --max-size --min-size --info --out-format --compress-level --contimeout --address;file:--exclude-from --include-from --password-file;list:--files-from;out:--log-file --backup-dir --partial-dir -T --temp-dir --link-dest --compare-dest;shell:--rsync-path',
    words: 'scp*',
    fetches: true,
  },
  nmap: {
    options:
      'list:-iL;out:-oN -oX -oG -oA -oS;host:-sI -b;data:-p -T -e -g --top-ports --min-rate --max-rate --max-retries --host-timeout --scan-delay --script --script-args --version-intensity --exclude-ports --source-port --data --data-length --ttl --min-parallelism --max-parallelism --min-hostgroup --max-hostgroup --min-rtt-timeout --max-rtt-timeout --initial-rtt-timeout --port-ratio --mtu --spoof-mac --scanflags --datadir --servicedb --versiondb --stylesheet;' +
      'decoys:-D -S;nmapexclude:--exclude;file:--excludefile;proxies:--proxies;hosts:--dns-servers;dynamic:-iR;file:--resume;scanargs:--script-args-file',
    words: 'nmap*',
    isSingleDash: true,
    attaches: true,
  },
  masscan: {
    options:
      'list:-iL --includefile;config:-c --conf --resume;out:-oX -oJ -oG -oL -oB;data:-p --ports --rate --max-rate -e --interface --adapter --adapter-ip --router-mac --wait --banners --retries --ttl;nmapexclude:--exclude;file:--excludefile;nmap:--range',
    words: 'nmap*',
  },
  zmap: {
    options: 'list:-w --whitelist-file --allowlist-file;file:-b --blacklist-file;out:-o --output-file;data:-p -r -B -i -G -n -N -t',
    words: 'nmap*',
  },
  rustscan: { options: 'nmaps:-a --addresses;data:-p -r --range -b -t --ulimit', words: 'argv' },
  fping: { options: 'list:-f;data:-c -C -i -p -t -r -b;nmapg:-g', words: 'nmap*', looksUp: true },
  'arp-scan': { options: 'list:-f --file;data:-I --interface', words: 'nmap*' },
  netdiscover: { options: 'nmap:-r;list:-l;data:-i -p', words: 'nmap*' },
  nbtscan: { words: 'nmap*' },
  onesixtyone: { options: 'file:-c;list:-i', words: 'nmap data*' },
  'ike-scan': { options: 'list:-f --file', words: 'nmap*' },
  nc: {
    options:
      'shell:-c --sh-exec;argv1:-e --exec;proxy:-x --proxy;data:-p -w -i -s -q -X -P -I -O -T -V -m --source-port --wait --proxy-type --proxy-auth --ssl-key --ssl-cert --idle-timeout --delay;host:-g',
    words: 'hostport data*',
  },
  telnet: { options: 'data:-l -b -e -n', words: 'host data*' },
  ftp: { options: 'data:-P -u -p -s', words: 'urlorhost data*' },
  lftp: { options: 'dynamic:-e -c;file:-f;data:-u -p', words: 'urlorhost*' },
  tftp: { words: 'host data*' },
  ping: { options: 'data:-c -i -W -w -s -t -I -M -n -l -p -Q -S -m -G -g -h -z -D', words: 'host*', looksUp: true },
  hping3: { options: 'host:-a --spoof;data:-p -c -i -d -s -w', words: 'host*' },
  traceroute: { options: 'data:-m -q -w -p -f -i -s -z -N;host:-g', words: 'host data*', looksUp: true },
  mtr: { options: 'data:-c -i -s -m -a -f -o;list:-F --filename', words: 'host*', looksUp: true },
  tracert: { options: 'data:-h -w -j', words: 'host*', looksUp: true, isSingleDash: true },
  dig: { options: 'list:-f;name:-x -q;data:-b -k -p -t -y -c', words: 'server*', looksUp: true, isSingleDash: true },
  host: { options: 'data:-t -c -R -W -m -N', words: 'name host', looksUp: true },
  nslookup: { options: 'data:-type -query -timeout -port', words: 'name host', looksUp: true, isSingleDash: true },
  getent: { words: 'getent scan*', looksUp: true },
  whois: { options: 'host:-h --host;data:-p --port -T', words: 'name*', looksUp: true },
  dnsrecon: { options: 'name:-d --domain;host:-n --name_server;nmap:-r --range;data:-t -D', words: 'name*' },
  nikto: {
    options: 'urlorhost:-h -host;proxy:-useproxy;data:-p -port -Tuning -Format;out:-o -output',
    words: 'urlorhost*',
    isSingleDash: true,
  },
  gobuster: {
    sub: {
      dir: { options: HTTP_SCANNER },
      dns: { options: 'name:-d --domain;host:-r --resolver;file:-w --wordlist;data:-t' },
      vhost: { options: HTTP_SCANNER },
      fuzz: { options: HTTP_SCANNER },
    },
    options: HTTP_SCANNER,
    words: 'sub',
  },
  ffuf: { options: `${HTTP_SCANNER};proxy:-replay-proxy;list:-request`, words: 'url*', isSingleDash: true },
  feroxbuster: { options: `${HTTP_SCANNER};proxy:-p --proxy`, words: 'url*' },
  dirb: { options: 'data:-a -c -z;out:-o;proxy:-p', words: 'url file*' },
  wfuzz: { options: 'data:-z -H -d -b --hc --hl --hw --sc -t;proxy:-p', words: 'url*' },
  sqlmap: {
    options:
      'url:-u --url;list:-m -l -r -c;proxy:--proxy;data:--data --cookie -p --level --risk --dbms -D -T -C --technique --threads;shell:--os-cmd',
    words: 'scan*',
  },
  hydra: { options: 'data:-l -p -s -t -w -W -x -o;file:-L -P -C;list:-M', words: 'urlorhost data*' },
  medusa: { options: 'host:-h;list:-H;data:-u -p -M -m -n -t;file:-U -P', words: 'scan*' },
  nuclei: {
    options:
      'urlorhost:-u -target;list:-l -list;proxy:-p -proxy;data:-t -templates -tags -severity -s -c -rl -H -timeout -etags -id -w;out:-o -output',
    words: 'scan*',
    isSingleDash: true,
  },
  httpx: {
    options: 'urlorhost:-u -target;list:-l -list;data:-p -ports -t -threads -mc -fc;out:-o;proxy:-http-proxy',
    words: 'urlorhost*',
    isSingleDash: true,
  },
  subfinder: { options: 'name:-d -domain;list:-dL;out:-o;data:-t', words: 'scan*', isSingleDash: true },
  amass: { options: 'name:-d;list:-df;out:-o', words: 'data*', isSingleDash: true },
  whatweb: { options: 'list:-i --input-file;data:-a;proxy:--proxy', words: 'urlorhost*' },
  wpscan: { options: 'url:--url;proxy:--proxy;data:-e --api-token', words: 'scan*' },
  'testssl.sh': { options: 'list:--file -iL;proxy:--proxy;host:--nodns --ip', words: 'urlorhost*' },
  sslscan: { options: 'list:--targets;data:--sni-name', words: 'host*' },
  sslyze: { options: 'list:--targets_in', words: 'host*' },
  openssl: {
    words: 'sub',
    sub: {
      s_client: {
        options:
          'host:-connect -host;proxy:-proxy;name:-servername;data:-port -starttls -alpn -cipher -verify -tls1_2 -showcerts;key:-cert -key -CAfile -CApath',
        words: 'host*',
        isSingleDash: true,
      },
      s_time: { options: 'host:-connect', words: 'scan*', isSingleDash: true },
      ocsp: { options: 'url:-url;host:-host;key:-issuer -cert -CAfile', words: 'scan*', isSingleDash: true },
      enc: { isLocal: true, words: 'data*' },
    },
    isLocal: true,
  },
  socat: { options: 'data:-T -t -b -L', words: 'socat*' },
  smbclient: {
    options: 'share:-L --list;host:-I --ip-address;data:-U --user -W --workgroup -p --port -A -m -N -n;smbcmd:-c --command;key:-D',
    words: 'share data*',
  },
  smbmap: { options: 'host:-H;list:--host-file;data:-u -p -d -s -r -R;shell:-x', words: 'scan*' },
  rpcclient: { options: 'data:-U -N -W -c -p', words: 'host*' },
  enum4linux: { options: 'data:-u -p -w -k', words: 'host*' },
  netexec: { options: 'data:-u -p -H -d -t --port -M -o;shell:-x;pwsh:-X', words: 'data nmap*' },
  ldapsearch: { options: 'url:-H;host:-h;data:-b -D -w -s -p -y -Z -o -l -z', words: 'data*' },
  snmpwalk: { options: 'data:-v -c -u -l -a -A -x -X -O -t -r -m -M -C', words: 'host data*', looksUp: true },
  snmpset: { options: 'data:-v -c -u -l -a -A -x -X -O -t -r -m -M', words: 'host data*' },
  'evil-winrm': { options: 'host:-i --ip;data:-u --user -p --password -P --port -H', words: 'scan*' },
  ipmitool: { options: 'host:-H;data:-U -P -I -p -L -f', words: 'data*' },
  mbpoll: { options: 'data:-m -a -r -t -c -p -b -l', words: 'host data*' },
  msfconsole: { options: 'msf:-x;file:-r', words: 'scan*' },
  psql: { options: DATABASE.replace('--protocol -t --table', '-v --set -F -R -T -P'), words: 'conn data*', needs: '' },
  pg_dump: { options: DATABASE, words: 'conn*' },
  mysql: { options: DATABASE.replace('-p --port -P', '-P --port'), words: 'data*' },
  mongosh: { options: 'dbhost:--host;data:--port -u -p --eval --authenticationDatabase', words: 'conn data*' },
  'redis-cli': { options: 'dbhost:-h;url:-u;data:-p -a -n -r -i --user --pass', words: 'data*', endsEarly: true },
  sqlcmd: { options: 'dbhost:-S;data:-U -P -d -Q -q;file:-i;out:-o', words: 'data*' },
  mosquitto_pub: { options: 'dbhost:-h --host;url:-L;data:-t -m -p -u -P -q -i;file:-f', words: 'data*' },
  kcat: { options: 'hosts:-b;data:-t -p -o -c -X -f;config:-F', words: 'data*' },
  iperf3: { options: 'host:-c --client;data:-p -t -P -b -i -B', words: 'data*' },
  ntpdate: { options: 'data:-t -p', words: 'host*' },
  showmount: { words: 'host*', looksUp: true },
  mount: { options: 'data:-t -o -L -U;mount:--source', words: 'mount out' },
  xfreerdp: { words: 'rdp*', isSingleDash: true },
  rdesktop: { options: 'data:-u -p -d -g -a', words: 'host*' },
  vncviewer: { options: 'data:-passwd', words: 'host*', isSingleDash: true },
  swaks: { options: 'email:--to -t --cc --bcc;data:--from -f --h-Subject --body --header -p --port;host:--server -s', words: 'scan*' },
  mail: { options: 'data:-s -r -S;upload:-a -A;email:-c -b', words: 'email*' },
  sendmail: { options: 'data:-f -F -o', words: 'email*' },
  rclone: { words: 'data rclone*', options: 'config:--config;data:--transfers --bwlimit --include --exclude' },
  s3cmd: { words: 'data bucket*', options: 'config:-c;host:--host' },
  ...Object.fromEntries(
    'wmic schtasks sc reg tasklist systeminfo gpresult eventcreate driverquery getmac openfiles query qwinsta quser rwinsta logoff msg netdom dsquery nltest wecutil wsmprovhost runas cscript wscript installutil msbuild forfiles pcalua hh odbcconf ieexec presentationhost desktopimgdownldr finger esentutl expand extrac32 print replace makecab diantz findstr'
      .split(' ')
      .map((name) => [name, { words: 'windows*' } satisfies Spec]),
  ),
  net: { words: 'windows*' },
  psexec: { words: 'psexec argv' },
  winrs: { words: 'windows*' },
  mstsc: { words: 'windows*' },
  certutil: { options: 'data:-hashfile', words: 'scan*', isSingleDash: true, fetches: true },
  bitsadmin: { words: 'windows*', fetches: true },
  mshta: { words: 'windows*', fetches: true },
  regsvr32: { words: 'windows*' },
  rundll32: { words: 'windows*' },
  msiexec: { words: 'windows*' },
};

/** Other names of the same. */
export const ALIASES: Readonly<Record<string, string>> = {
  https: 'http',
  xh: 'http',
  xhs: 'http',
  elinks: 'links',
  get: 'lwp-request',
  head2: 'lwp-request',
  'lwp-download': 'lwp_download',
  ncat: 'nc',
  netcat: 'nc',
  'nc.openbsd': 'nc',
  'nc.traditional': 'nc',
  nc64: 'nc',
  ping6: 'ping',
  traceroute6: 'traceroute',
  tracepath: 'traceroute',
  tcptraceroute: 'traceroute',
  drill: 'dig',
  kdig: 'dig',
  dog: 'dig',
  delv: 'dig',
  lftpget: 'lftp',
  mariadb: 'mysql',
  mysqldump: 'mysql',
  mysqladmin: 'mysql',
  'mariadb-dump': 'mysql',
  pg_restore: 'pg_dump',
  createdb: 'pg_dump',
  dropdb: 'pg_dump',
  pg_isready: 'pg_dump',
  pg_basebackup: 'pg_dump',
  mongo: 'mongosh',
  mongodump: 'mongosh',
  crackmapexec: 'netexec',
  cme: 'netexec',
  nxc: 'netexec',
  snmpget: 'snmpwalk',
  snmpbulkwalk: 'snmpwalk',
  snmpgetnext: 'snmpwalk',
  mosquitto_sub: 'mosquitto_pub',
  kafkacat: 'kcat',
  iperf: 'iperf3',
  mailx: 'mail',
  mutt: 'mail',
  msmtp: 'sendmail',
  wlfreerdp: 'xfreerdp',
  'sdl-freerdp': 'xfreerdp',
  psexec64: 'psexec',
  'enum4linux-ng': 'enum4linux',
  pathping: 'tracert',
  rlogin: 'telnet',
  ldapmodify: 'ldapsearch',
  ldapwhoami: 'ldapsearch',
  ldapadd: 'ldapsearch',
  ldapdelete: 'ldapsearch',
  'mount.nfs': 'mount',
  'mount.cifs': 'mount',
  testssl: 'testssl.sh',
  rexec: 'rsh',
  fping6: 'fping',
  dirsearch: 'feroxbuster',
  smbget: 'smbclient',
  resolvectl: 'getent',
};
