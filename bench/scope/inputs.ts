// Commands of the sizes and kinds that the cost of a review is measured with. Made here, so that nothing is taken from anybody.

export interface Input {
  readonly name: string;
  readonly command: string;
}

/** Lines of ordinary administration, in scope, that repeat with other numbers until `length` characters. */
export function ordinary(length: number): string {
  const lines: string[] = [];
  for (let index = 0, size = 0; size < length; index += 1) {
    const host = `10.20.${index % 200}.${(index * 7) % 250}`;
    const line = LINES[index % LINES.length]!.replaceAll('HOST', host).replaceAll('N', String(index));
    lines.push(line);
    size += line.length + 1;
  }
  return lines
    .join('\n')
    .slice(0, length)
    .replace(/\n[^\n]*$/, '');
}

const LINES = [
  'ssh admin@HOST "systemctl status nginx && journalctl -u nginx --since today | tail -n N0"',
  'curl -sS -o /dev/null -w "%{http_code}\\n" -H "Accept: application/json" https://HOST:8443/health',
  'for f in /var/log/app/*.log; do grep -c ERROR "$f" | sort -n; done',
  'nmap -sV -p 22,80,443 --open HOST',
  'if [ -f config-N.yml ]; then cp config-N.yml config-N.bak; fi',
  'rsync -az --delete ./build/ deploy@HOST:/srv/app/release-N/',
  "awk '{print $1, $9}' access-N.log | sort | uniq -c | sort -rn | head -20",
  'find . -name "*.pyc" -newer stamp-N -exec rm {} \\;',
  'tar czf backup-N.tgz src docs && sha256sum backup-N.tgz > backup-N.sum',
];

const repeat = (text: string, length: number): string => text.repeat(Math.ceil(length / text.length)).slice(0, length);

/** Each tries to make some part cost more than its length. */
export const HOSTILE: readonly Input[] = [
  { name: 'open brackets', command: repeat('$(', 60_000) },
  { name: 'nested subshells', command: `${repeat('(', 30_000)}ls${repeat(')', 30_000)}` },
  { name: 'words of one letter', command: `curl ${repeat('a ', 60_000)}` },
  { name: 'one long word', command: `curl ${repeat('a.', 60_000)}` },
  { name: 'at signs', command: `curl http://${repeat('@', 60_000)}` },
  { name: 'loops in loops', command: 'for a in {1..300}; do for b in {1..300}; do curl 10.20.$a.$b; done; done' },
  {
    name: 'many values',
    command: `${Array.from({ length: 40 }, (_, index) => `if x; then v${index}=a; else v${index}=b; fi`).join('; ')}; curl ${Array.from({ length: 40 }, (_, index) => `$v${index}`).join('')}`,
  },
  { name: 'doubling variables', command: `a=xxxxxxxxxx; ${'a=$a$a; '.repeat(40)}echo $a` },
  {
    name: 'shells in shells',
    command: Array.from({ length: 12 })
      .reduce<string>((inner) => `sh -c ${JSON.stringify(inner)}`, 'curl evil.test')
      .slice(0, 60_000),
  },
  { name: 'recursive functions', command: `f() { ${'f; '.repeat(50)}}; f` },
  { name: 'globbed URLs', command: `curl http://10.20.0.5/${'{a,b}'.repeat(200)}` },
  { name: 'ranges', command: `nmap ${'1-255.1-255.1-255.1-255 '.repeat(2000)}` },
  { name: 'code', command: `python3 -c '${repeat('a"', 50_000).replaceAll("'", '')}'` },
  { name: 'powershell', command: `powershell -c '${repeat('$a=(', 50_000)}'` },
  { name: 'escaped quotes', command: `python3 - <<'E'\n'${repeat("\\'", 50_000)}\nE` },
  { name: 'open comments', command: `pwsh -c '${repeat('<#', 50_000)}'` },
  { name: 'open tags', command: `mail '${repeat('>', 50_000)}\n'` },
  { name: 'dots and dashes', command: `unknown ${repeat('1.-*,', 60_000)}` },
  { name: 'pipes', command: repeat('a|', 60_000) },
  { name: 'paths', command: `cat ${repeat('../*', 60_000)}` },
];
