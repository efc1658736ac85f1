// Tools of the machine itself, tools that run others, and tools with accounts of their own. Data only; spec.ts tells what each role means.
import type { Spec } from './spec.ts';

/** Their words are text or files that are only read. */
const READERS =
  'cat less more head tail wc sort uniq cut paste join column nl tac rev fold fmt od hexdump xxd strings file stat du ls ll la dir tree find grep egrep fgrep rg ag ack zgrep ' +
  'diff cmp comm md5sum sha1sum sha256sum sha512sum b2sum cksum base64 base32 zcat bzcat xzcat jq yq xmllint csvcut mlr tput stty readlink realpath basename dirname ' +
  'locate which whereis type test [ echo printf true false : pwd cd pushd popd dirs date cal uptime who w last id groups whoami hostname uname arch nproc free df lsblk lscpu lsusb lspci ' +
  'lsmod lsof ps top htop pgrep pstree vmstat iostat sar mpstat dmesg journalctl ss netstat ip ifconfig route arp iptables-save nft sysctl env-print getconf locale man info help tldr ' +
  'seq sleep wait jobs fg bg return exit break continue let expr bc dc yes tr cut awk-print sha256 zipinfo exiftool pdftotext readelf objdump nm ldd size otool radare2 r2 rabin2 ghidra ' +
  'binwalk yara clamscan tshark zeek capinfos volatility vol chkrootkit rkhunter lynis auditctl ausearch aureport tasklist systeminfo ver ipconfig whoami.exe findstr where dpkg rpm ' +
  'column iconv dos2unix unix2dos split csplit shuf factor numfmt getopts getopt hash history ulimit umask times caller compgen complete bind shopt enable disown kill pkill killall trap-list ' +
  'logger wall mesg clear reset tty lsns lscgroup loginctl localectl timedatectl hostnamectl networkctl bootctl coredumpctl systemd-analyze systemd-cgls tmux screen gcore ltrace-list ' +
  'eslint prettier tsc oxlint oxfmt pytest jest vitest mocha black ruff mypy flake8 pylint shellcheck bandit semgrep trivy grype syft gitleaks trufflehog hadolint checkov tfsec cppcheck ' +
  'clang-tidy rustc gcc g++ cc clang ld as ar make-list cmake ctest ninja meson javac java mvn-list gradle-list dotnet-list msbuild swiftc ghc node-list sqlite3 gpg ssh-keygen ssh-add ssh-agent ' +
  'ansible-vault ansible-lint ansible-doc ansible-inventory terraform-fmt tflint kustomize kubeval kubeconform helm-lint promtool amtool nginx apachectl httpd named-checkconf named-checkzone ' +
  'sigma sigmac suricata snort bro-cut rita evtx_dump chainsaw hayabusa lastlog faillog getfacl lsattr getfattr getcap iwconfig iw nmcli ethtool bridge tc conntrack ipset ufw firewall-cmd iptables ip6tables tailf watch-list print';

/** Their words are files that are changed. */
const WRITERS =
  'rm rmdir mv mkdir touch chmod chown chgrp ln truncate install mktemp mkfifo mknod shred unlink setfacl setcap chattr patch zip unzip gunzip gzip bzip2 bunzip2 xz unxz zstd 7z tar cpio tee del erase rd md ren move copy xcopy robocopy icacls takeown attrib';

/** Services, users and disks of this machine. */
const ADMIN =
  'systemctl service update-rc.d chkconfig sysctl mount-list umount swapon swapoff useradd userdel usermod groupadd groupdel passwd chpasswd chage visudo crontab-list timedatectl modprobe rmmod insmod ' +
  'fdisk parted mkfs mke2fs wipefs blkdiscard hdparm lvcreate lvremove pvcreate vgcreate cryptsetup dd shutdown reboot poweroff halt init telinit auditctl setenforce wevtutil sc schtasks reg bcdedit vssadmin wbadmin ' +
  'diskpart format cipher auditpol netsh taskkill fsutil logrotate sync export declare typeset local readonly unset set shift unalias hostnamectl apparmor_parser aa-status getsebool setsebool restorecon semanage update-ca-certificates ldconfig locale-gen';

function each(names: string, spec: Spec): Readonly<Record<string, Spec>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, spec]));
}

const LONG =
  /** Package managers and build tools: words are looked at for hosts, nothing else. */ 'url:--registry --index-url -i --extra-index-url --find-links -f --proxy --repository-url --index --source --mirror';

const RUNS_REST: Spec = { words: 'argv', endsEarly: true, isLocal: true };

const GIT_SUBS: Readonly<Record<string, Spec>> = {
  clone: {
    options:
      'data:-b --branch --depth -o --origin -j --jobs --filter --shallow-since;file:--reference --template;shell:-u --upload-pack;gitconf:-c --config',
    words: 'git out',
  },
  fetch: { options: 'data:--depth -j --jobs;shell:--upload-pack', words: 'git data*', looksUp: true },
  pull: { options: 'data:--depth -s -X', words: 'git data*' },
  push: { options: 'data:-o --push-option;shell:--receive-pack --exec;git:--repo', words: 'git data*' },
  'ls-remote': { options: 'shell:--upload-pack', words: 'git data*', looksUp: true },
  archive: { options: 'git:--remote;shell:--exec;out:-o --output;data:--format --prefix', words: 'data*' },
  remote: { words: 'gitremote*' },
  submodule: { words: 'gitsub*' },
  config: { options: 'data:--get --unset --get-all --get-regexp;out:-f --file', words: 'gitconfig*' },
  bisect: { words: 'gitbisect*' },
  rebase: { options: 'shell:-x --exec;data:--onto -s -X', words: 'data*' },
  'filter-branch': {
    options: 'shell:--tree-filter --index-filter --msg-filter --env-filter --parent-filter --commit-filter',
    words: 'data*',
  },
  'send-email': { options: 'email:--to --cc --bcc;host:--smtp-server;data:--subject --from', words: 'file*' },
  svn: { words: 'scan*' },
  lfs: { words: 'scan*' },
};

const CONTAINER: Spec = {
  options: 'engine:-H --host;context:-c --context;config:--config',
  words: 'sub',
  isLocal: true,
  sub: {
    run: {
      options:
        'envvar:-e --env;host:--dns;addhost:--add-host;volume:-v --volume --mount;data:--name -p --publish -w --workdir -u --user --network --net --entrypoint --restart -m --memory --cpus --platform -h --hostname --label -l --ip --log-driver --log-opt --tmpfs --pull --shm-size --ulimit --gpus --runtime --device --cap-add --cap-drop --security-opt --pid --ipc;file:--env-file',
      words: 'image argv',
      endsEarly: true,
    },
    exec: { options: 'envvar:-e --env;data:-w --workdir -u --user', words: 'data argv', endsEarly: true },
    pull: { words: 'image' },
    push: { words: 'image' },
    login: { options: 'data:-u -p --username --password', words: 'host' },
    build: {
      options:
        'file:-f --file;data:-t --tag --target --platform --progress --output --label --network;envvar:--build-arg;addhost:--add-host',
      words: 'scan*',
    },
    context: { words: 'dockercontext*' },
    cp: { words: 'data*' },
    compose: { words: 'scan*', options: 'file:-f --file;data:-p --project-name --profile' },
  },
};

const KUBE: Spec = {
  options:
    'url:-s --server;context:--context --cluster --user;config:--kubeconfig;proxy:--proxy-url;data:-n --namespace -o --output -l --selector --field-selector -c --container --timeout --sort-by --tail --since --replicas --image-pull-policy --token --type -p --patch --port --target-port --dry-run --as --cascade --grace-period --tls-server-name;kubefile:-f --filename -k --kustomize;data:--request-timeout',
  words: 'sub',
  isLocal: true,
  sub: {
    exec: { words: 'data argv', isLocal: true },
    run: { options: 'image:--image;envvar:--env', words: 'data argv', isLocal: true },
    config: { words: 'kubeconfig*', isLocal: true },
    debug: { options: 'image:--image', words: 'data argv', isLocal: true },
    set: { words: 'scan*' },
    cp: { words: 'data*', isLocal: true },
  },
};

const AWS: Spec = {
  options:
    'profile:--profile;url:--endpoint-url;arn:--role-arn --resource-arn --target-arn --function-name --cluster-arn --topic-arn --secret-id --policy-arn;data:--region --output --query --filters --filter --max-items --color --cli-input-json --bucket --key --instance-ids --group-ids --group-id --name --namespace --metric-name --start-time --end-time --log-group-name --filter-pattern --image-id --user-name --cidr --role-session-name --page-size --dimensions --period --statistics --limit',
  words: 'aws*',
};

const SPECS: Readonly<Record<string, Spec>> = {
  ...each(READERS, { words: 'file*', isLocal: true }),
  ...each(WRITERS, { words: 'out*', isLocal: true }),
  ...each(ADMIN, { words: 'data*', isLocal: true }),
  ...each(
    'echo printf : true false sleep exit return kill pkill killall logger type which expr let seq test [ date export declare typeset local readonly unset set shift history',
    { words: 'data*', isLocal: true },
  ),
  ...each('grep egrep fgrep rg ag ack zgrep jq yq', {
    options:
      'data:-e --regexp -A -B -C -m --max-count --include --exclude --exclude-dir -g --glob -t --type --color --arg --argjson -d;file:-f --file',
    words: 'data file*',
    isLocal: true,
  }),
  ...each('chmod chown chgrp setfacl', { words: 'data out*', isLocal: true }),
  cp: { words: 'file*', isLocal: true },
  dd: { words: 'dd*', isLocal: true },
  tar: {
    options:
      'file:-f --file -T -X --files-from --exclude-from;data:--exclude --transform --owner --group --mode --strip-components;out:-C --directory;shell:--to-command --use-compress-program -I;checkpoint:--checkpoint-action;rsh:--rsh-command',
    words: 'scp*',
    isLocal: true,
  },
  find: { words: 'find*', isSingleDash: true, isLocal: true },
  sed: { options: 'sedscript:-e --expression;file:-f --file', words: 'sed file*', isLocal: true },
  awk: {
    options: 'data:-F -v --field-separator --assign;file:-f --file;code:awk:-e --source',
    words: 'code:awk file*',
    isLocal: true,
    reads: '',
  },
  ...each('vi vim nvim emacs nano ed', { options: 'editor:-c --cmd -S --eval', words: 'out*', isLocal: true }),
  tcpdump: { options: 'data:-i -c -s -G -C -W;file:-r -F;out:-w;shell:-z', words: 'data*', isLocal: true },
  // Runs what stands behind it.
  ...each('nohup setsid command builtin caffeinate unbuffer dbus-run-session catchsegv proot fakeroot firejail eatmydata', RUNS_REST),
  nice: { ...RUNS_REST, options: 'data:-n --adjustment' },
  ionice: { ...RUNS_REST, options: 'data:-c --class -n --classdata' },
  time: { ...RUNS_REST, options: 'data:-f --format -o --output' },
  stdbuf: { ...RUNS_REST, options: 'data:-i --input -o --output -e --error' },
  exec: { ...RUNS_REST, options: 'data:-a' },
  ...each('taskset chrt', { ...RUNS_REST, words: 'data argv' }),
  numactl: { ...RUNS_REST, options: 'data:-N -m -C -i' },
  sudo: { ...RUNS_REST, options: 'data:-u --user -g --group -p --prompt -C -r -t -T;host:-h --host;data:-D --chdir -R' },
  doas: { ...RUNS_REST, options: 'data:-u;config:-C' },
  pkexec: { ...RUNS_REST, options: 'data:--user' },
  timeout: { ...RUNS_REST, options: 'data:-k --kill-after -s --signal', words: 'data argv' },
  chroot: { ...RUNS_REST, options: 'data:--userspec --groups', words: 'data argv' },
  unshare: { ...RUNS_REST, options: 'data:-S -G' },
  nsenter: { ...RUNS_REST, options: 'data:-t --target -S -G' },
  ...each('ip route iptables ip6tables nft', { words: 'route*', isLocal: true }),
  ...each('ssh-keygen ssh-add ssh-agent ufw firewall-cmd fail2ban-client cscli ipset pfctl csf conntrack', {
    words: 'data*',
    isLocal: true,
  }),
  tmux: { words: 'tmux*', isLocal: true, options: 'data:-s -n -c -x -y -t -e -F -L -S -f' },
  screen: { words: 'argv', isLocal: true, endsEarly: true, options: 'data:-S -c -t -T -h -r -x -X -p' },
  ...each('hash fc', { words: 'data*', isLocal: true, options: 'dynamic:-p -s -e' }),
  flock: { ...RUNS_REST, options: 'shell:-c --command;data:-w --timeout -E', words: 'data argv' },
  strace: { ...RUNS_REST, options: 'data:-e -s -p -P -E -u;out:-o' },
  ltrace: { ...RUNS_REST, options: 'data:-e -s -p -u;out:-o' },
  gdb: { ...RUNS_REST, options: 'editor:-ex --eval-command -x;data:-p --pid' },
  watch: { ...RUNS_REST, options: 'data:-n --interval -d', words: 'remote' },
  sshpass: { ...RUNS_REST, options: 'data:-p -P;file:-f;data:-d' },
  busybox: RUNS_REST,
  toybox: RUNS_REST,
  'systemd-run': {
    ...RUNS_REST,
    options: 'data:-u --unit -p --property --on-calendar --on-active --uid --gid -E --setenv --description;host:-H --host',
  },
  proxychains: { ...RUNS_REST, options: 'config:-f', held: { '*': 'sends connections through proxies that only its own settings name' } },
  torsocks: { ...RUNS_REST, held: { '*': 'sends connections through a network that hides where they go' } },
  env: { ...RUNS_REST, options: 'data:-u --unset -C --chdir;split:-S --split-string', words: 'env*' },
  xargs: {
    ...RUNS_REST,
    options: 'list:-a --arg-file;data:-I -i -n --max-args -P --max-procs -L -d --delimiter -s -E --replace',
    words: 'argv',
  },
  parallel: { ...RUNS_REST, options: 'list:-a --arg-file;hosts:-S --sshlogin;data:-j --jobs -I --delay --timeout', words: 'argv' },
  script: { options: 'shell:-c --command;data:-T', words: 'out', isLocal: true },
  su: { options: 'shell:-c --command;data:-s --shell -g -G', words: 'data*', isLocal: true },
  runuser: { options: 'shell:-c --command;data:-u --user -s --shell -g', words: 'argv', isLocal: true },
  at: { isLocal: true, words: 'data*', reads: 'shell', options: 'file:-f' },
  batch: { isLocal: true, words: 'data*', reads: 'shell' },
  crontab: { isLocal: true, words: 'crontab*', options: 'data:-u' },
  trap: { words: 'shell data*', isLocal: true },
  eval: { words: 'remote', isLocal: true, endsEarly: true },
  alias: { words: 'alias*', isLocal: true },
  source: { words: 'script', isLocal: true },
  java: { options: 'data:-cp -classpath --class-path -p --module-path;file:-jar', words: 'scan*', isSingleDash: true, isLocal: true },
  gpg: {
    options: 'proxy:--keyserver;data:-u -r --recipient --local-user --batch --passphrase;out:-o --output',
    words: 'file*',
    isLocal: true,
  },
  ...each('responder bettercap ettercap arpspoof mitmproxy', { words: 'scan*', held: { '*': 'acts on whatever machines are near' } }),
  // Interpreters.
  ...each('sh bash dash zsh ksh ash mksh fish rbash', {
    options: 'shell:-c --command;data:-o -O +O +o;file:--rcfile --init-file',
    words: 'script',
    isLocal: true,
    reads: 'shell',
    endsEarly: true,
  }),
  ...each('python python2 python3 pypy pypy3', {
    options: 'code:python:-c;pymodule:-m;data:-W -X',
    words: 'script',
    isLocal: true,
    reads: 'python',
    endsEarly: true,
  }),
  ...each('perl', { options: 'code:perl:-e -E;data:-I -M -m -F -i', words: 'script', isLocal: true, reads: 'perl', endsEarly: true }),
  ...each('ruby', { options: 'code:ruby:-e;data:-I -r', words: 'script', isLocal: true, reads: 'ruby', endsEarly: true }),
  ...each('node nodejs', {
    options: 'code:node:-e --eval -p --print;file:-r --require --import;data:--env-file',
    words: 'script',
    isLocal: true,
    reads: 'node',
    endsEarly: true,
  }),
  ...each('deno bun', { options: 'code:node:-e --eval', words: 'denorun*', isLocal: true, endsEarly: true }),
  php: { options: 'code:php:-r -R -B -E;data:-d;bind:-S;file:-f', words: 'script', isLocal: true, reads: 'php', endsEarly: true },
  lua: { options: 'code:lua:-e;data:-l', words: 'script', isLocal: true, reads: 'lua', endsEarly: true },
  ...each('tclsh wish expect', { words: 'script', isLocal: true, reads: 'tcl', endsEarly: true, options: 'code:tcl:-c' }),
  ...each('r rscript julia groovy scala irb erl elixir guile ghci clojure jshell', {
    words: 'script',
    isLocal: true,
    reads: 'script',
    endsEarly: true,
    options: 'code:script:-e -E --eval --expr',
  }),
  osascript: { options: 'code:applescript:-e', words: 'script', isLocal: true, reads: 'applescript' },
  ...each('powershell pwsh', { words: 'powershell*', isSingleDash: true, isLocal: true, reads: 'powershell' }),
  cmd: { words: 'cmd*', isLocal: true },
  wsl: { ...RUNS_REST, options: 'data:-d -u --cd' },
  start: { words: 'scan*' },
  // Tools with remotes, contexts and accounts.
  git: {
    options: 'gitconf:-c;data:-C --git-dir --work-tree --namespace --exec-path --config-env',
    words: 'sub',
    sub: GIT_SUBS,
    isLocal: true,
  },
  ...each('docker podman nerdctl', CONTAINER),
  'docker-compose': { words: 'scan*', options: 'host:-H --host;file:-f --file;data:-p' },
  skopeo: { words: 'scan*' },
  ...each('kubectl oc', KUBE),
  helm: {
    options:
      'context:--kube-context;url:--repo --kube-apiserver;config:--kubeconfig;data:-n --namespace --version -f --values --set --timeout -o',
    words: 'scan*',
  },
  aws: AWS,
  az: {
    options: 'account:--subscription -s;url:--endpoint;data:-g --resource-group -n --name -o --output --query -l --location --tenant',
    words: 'az*',
  },
  gcloud: {
    options:
      'account:--project --billing-project;host:--proxy-address;data:--zone --region --format --filter --limit --account --configuration --impersonate-service-account',
    words: 'gcloud*',
  },
  ...each('gsutil bq', { options: 'account:--project_id -p', words: 'bucket*' }),
  terraform: { options: 'file:-var-file;makevar:-var;data:-target -out -chdir', words: 'data*', isSingleDash: true, isLocal: true },
  ansible: {
    options:
      'inventory:-i --inventory;data:-m --module-name -u --user -f --forks -l --limit -t --tags -b --become-user --vault-password-file;ansible:-a --args;data:-e --extra-vars;key:--private-key;sshargs:--ssh-common-args --ssh-extra-args',
    words: 'hosts*',
  },
  'ansible-playbook': {
    options:
      'inventory:-i --inventory;data:-u --user -f --forks -l --limit -t --tags --skip-tags -e --extra-vars --become-user --vault-password-file;key:--private-key;sshargs:--ssh-common-args --ssh-extra-args',
    words: 'file*',
  },
  vagrant: { words: 'data*', options: 'shell:-c', isLocal: true },
  make: { options: 'makefile:-f --file --makefile;file:-C --directory;dynamic:--eval -E;data:-j --jobs', words: 'makevar*', isLocal: true },
  npx: { words: 'argv', endsEarly: true, options: 'data:-p --package -y' },
  ...each(
    'pip pip3 uv pipx poetry npm yarn pnpm cargo go gem bundle composer mvn gradle dotnet apt apt-get aptitude yum dnf zypper apk brew snap flatpak choco winget conda',
    { options: LONG, words: 'scan*', isLocal: true },
  ),
  gh: {
    options: 'ghrepo:-R --repo;host:--hostname;data:-t --title -b --body -F -f -H --head -B --base -l --label -q --jq --json',
    words: 'gh*',
  },
};

export const LOCAL_TOOLS = SPECS;

export const LOCAL_ALIASES: Readonly<Record<string, string>> = {
  '.': 'source',
  gawk: 'awk',
  mawk: 'awk',
  nawk: 'awk',
  gsed: 'sed',
  proxychains4: 'proxychains',
  torify: 'torsocks',
  perl5: 'perl',
  luajit: 'lua',
  gtimeout: 'timeout',
  gfind: 'find',
  view: 'vim',
  gmake: 'make',
};
