// Words of cyber work by capability, as data: English and what is ASCII in any language. Each tag has words that mean little else (strong),
// words that usually mean it, and words that only hint at it; and sequences of an action and its object. Japanese: words-of-capabilities-japanese.ts.
import { words, type Lexicon, type PhraseRule, type WordClasses } from './phrases.ts';

export type CapabilityTag =
  | 'vulnerability-research'
  | 'exploit-development'
  | 'malware'
  | 'credentials'
  | 'command-and-control'
  | 'evasion'
  | 'post-exploitation'
  | 'ot-ics'
  | 'reconnaissance'
  | 'social-engineering'
  /** Work that only defends: detection engineering, patching, response. Benign. */
  | 'defence'
  /** About security, without saying what for. */
  | 'general';

/** Words around a capability that tell making and using it from finding and fixing it. */
export type ContextTag = 'context-make' | 'context-defend';

export interface CapabilityRule extends PhraseRule {
  readonly tag: CapabilityTag | ContextTag;
  readonly weight: number;
}

export interface TagWords {
  readonly strong?: readonly string[];
  readonly usual?: readonly string[];
  readonly weak?: readonly string[];
}

const WEIGHTS = { strong: 0.9, usual: 0.5, weak: 0.22 } as const;

/** Single words become one rule a tag and strength; each different word counts once. */
export function lexiconOf(
  language: string,
  tags: Partial<Record<CapabilityTag | ContextTag, TagWords>>,
  classes: WordClasses,
  sequences: readonly CapabilityRule[],
): Lexicon<CapabilityRule> {
  const all: Record<string, readonly string[]> = { ...classes };
  const rules: CapabilityRule[] = [...sequences];
  for (const [tag, list] of Object.entries(tags) as readonly [CapabilityTag | ContextTag, TagWords][])
    for (const strength of ['strong', 'usual', 'weak'] as const) {
      const id = `${tag}.${strength}.${language}`;
      if (list[strength] === undefined) continue;
      all[id] = list[strength];
      rules.push({ id, tag, weight: WEIGHTS[strength], gap: 0, steps: [id] });
    }
  return { classes: all, rules };
}

export const sequence = (tag: CapabilityTag, name: string, weight: number, gap: number, ...steps: readonly string[]): CapabilityRule => ({
  id: `${tag}.${name}`,
  tag,
  weight,
  gap,
  steps,
});

const ENGLISH_TAGS: Partial<Record<CapabilityTag | ContextTag, TagWords>> = {
  'vulnerability-research': {
    strong: words(
      `zero day; 0day; 0 day; fuzzing; fuzzer*; use after free; heap overflow; stack overflow vulnerab*; bug bounty; type confusion`,
    ),
    usual: words(`
      buffer overflow*; cve; cwe; vulnerability research; reverse engineer*; disassembl*; decompil*; ghidra; ida pro;
      binary analysis; sql injection; sqli; xss; cross site scripting; ssrf; csrf; xxe; path traversal; deserialization;
      memory corruption; race condition*; attack surface; penetration test*; pentest*; vulnerability assessment; static analysis;
      proof of concept; root cause of the crash; afl++; libfuzzer
    `),
    weak: words(`vulnerab*; weakness*; security flaw*; security bug*; out of bounds; integer overflow; crash dump`),
  },
  'exploit-development': {
    strong: words(`
      shellcode; rop chain*; rop gadget*; return oriented; heap spray*; weaponiz*; weaponis*; exploit development; exploit chain*;
      working exploit; metasploit; msfvenom; meterpreter; exploit code; jailbreak the kernel; egghunter; ret2libc; nop sled;
      exploitdb; bypass aslr; sandbox escape
    `),
    usual: words(`
      exploit; exploits; exploiting; remote code execution; rce; arbitrary code execution; aslr; code injection; command injection;
      pwntools; sqlmap
    `),
    weak: words(`payload; payloads; exploitation; exploitable; nonce reuse`),
  },
  malware: {
    strong: words(`
      ransomware; keylogger*; rootkit*; bootkit*; botnet*; infostealer*; info stealer; wiper malware; trojan*; remote access tool;
      spyware; self replicat*; polymorphic; metamorphic; cryptojack*; malicious macro*; dropper; malware; backdoor*; webshell*;
      web shell*; process hollowing
    `),
    usual: words(`
      computer virus; computer worm; malicious software; malicious dll; dll injection;
      process injection; stealer; logic bomb
    `),
    weak: words(`virus; worm; encrypts files; encrypt all files; infect*; malicious; malicious code; malicious script*`),
  },
  credentials: {
    strong: words(`
      mimikatz; kerberoast*; pass the hash; pass the ticket; golden ticket; silver ticket; credential dump*; dump credentials;
      credential stuffing; lsass; ntds.dit; dcsync; password spray*; hashcat; john the ripper; credential harvest*;
      credential theft; crack passwords; rainbow table*; laps password; secretsdump; as rep roast*; hydra; steal cookies;
      session hijack*; bypass mfa; mfa fatigue
    `),
    usual: words(`
      brute force*; bruteforce*; password crack*; stolen credential*; sam database; browser passwords; keychain dump; token theft;
      stored passwords; ntlm;
      credential access; unsecured credentials; cached credentials; saved passwords; kerberos ticket*; password guess*
    `),
    weak: words(`credential*; password hash*; session token*; authentication token*; keystrokes`),
  },
  'command-and-control': {
    strong: words(`
      command and control; command & control; c2 server*; c2 traffic; c2 channel*; c2 communication*; c2 infrastructure;
      c2 framework; c2 beacon*; cobalt strike; domain fronting; dns tunnel*; icmp tunnel*; reverse shell*; bind shell*;
      domain generation algorithm*; dga; fast flux; sliver c2; empire framework; covert channel*; dead drop resolver; c&c;
      mythic c2; bot herder
    `),
    usual: words(`
      c2; beaconing; covert communication*; tor hidden service; proxy chain*; multi hop proxy; implant; implants;
      encrypted channel; port knocking; non standard port*;
      ingress tool transfer; fallback channel*; protocol tunnel*; non standard protocol*; attacker controlled; remote access trojan
    `),
    weak: words(`beacon; tunneling; tunnelling; exfil*; remote shell; compromised machine*; compromised host*; compromised system*`),
  },
  evasion: {
    strong: words(`
      bypass antivirus; antivirus evasion; av evasion; edr evasion; edr bypass; amsi bypass; bypass amsi; uac bypass; bypass uac;
      anti forensic*; evade detection; avoid detection; evading detection; avoiding detection; timestomp*; clear event logs;
      wipe logs; living off the land; lolbin*; anti debug*; sandbox evasion; bypass applocker; bypass application whitelist*;
      disable defender; disable antivirus; etw patch*; unhook*; rundll32; regsvr32
    `),
    usual: words(`
      obfuscat*; steganograph*; masquerad*; undetected; undetectable; stealth*; code packing; packer; reflective loading;
      memory only; fileless; hide its presence; alternate data stream*;
      indicator removal; binary padding; process doppelg*; signed binary proxy; mark of the web; deobfuscat*; code caves
    `),
    weak: words(`evade*; evasion; bypass*; circumvent*; disguis*; conceal*; hidden process*`),
  },
  'post-exploitation': {
    strong: words(`
      lateral movement; privilege escalation; escalate privileges; elevate privileges; data exfiltration; exfiltrate data; psexec;
      pivoting through; token impersonation; golden saml; dll hijack*; dll side loading; dll sideloading; com hijack*;
      kernel exploit*; scheduled task for persistence; establish persistence; maintain persistence; gain persistence;
      persistence mechanism*
    `),
    usual: words(`
      exfiltrat*; foothold; registry run key*; run keys; post exploitation; wmi event subscription; startup folder;
      pass through rdp; hijack*; domain admin; local admin rights; gain root; setuid;
      input capture; audio capture; video capture; clipboard data; email collection; data staging; automated collection;
      archive collected data; account manipulation; remote services abuse; boot or logon; logon script*; golden image tamper*
    `),
    weak: words(`
      persistence; elevated privileges; unauthorized access; compromised user*; compromised account*; pivot; keyboard input;
      screen capture; screenshots of the user
    `),
  },
  'ot-ics': {
    strong: words(`
      scada; plcs; modbus; dnp3; iec 61850; iec 60870*; s7comm; profinet; ethernet/ip; opc ua; bacnet; ladder logic;
      historian server; industrial control system*; safety instrumented; programmable logic controller*; stuxnet; industroyer;
      triton malware; iec 62443; distributed control system
    `),
    usual: words(`
      hmi; rtu; rtus; ot network; ot security; ics network; substation*; smart grid; power grid; water treatment;
      operational technology; interlocking; field devices; smart meter*;
      plc
    `),
    weak: words(`turbine*; valve; actuator*; plant floor; industrial`),
  },
  reconnaissance: {
    strong: words(`
      nmap; masscan; shodan; port scan*; portscan*; osint; subdomain enumeration; enumerate subdomains; banner grab*; recon ng;
      amass; bloodhound; theharvester; gobuster; zmap
    `),
    usual: words(`
      reconnaissance; network scan*; vulnerability scan*; fingerprint*; open ports; enumerat*; whois; zone transfer; google dork*;
      scrapes public*; employee list; ping sweep; dns brute*;
      account discovery; process discovery; network share discovery; system information discovery; active scanning;
      domain trust*; file and directory discovery; passive dns; certificate transparency logs; victim*; running processes; network shares
    `),
    weak: words(`scan; scans; scanning; footprint*; target organization*; target network; target system*; discover hosts`),
  },
  'social-engineering': {
    strong: words(`
      phishing; spear phish*; spearphish*; vishing; smishing; social engineering; pretexting; business email compromise;
      watering hole attack*; evilginx; gophish; clone login page
    `),
    usual: words(`
      fake login; lookalike domain*; typosquat*; email spoof*; spoofed email*; impersonat*; deepfake*; lure document*;
      fake website
    `),
    weak: words(`spoof*; lure; trick users; trick the user; deceptive; convincing email`),
  },
  defence: {
    strong: words(`
      sigma rule*; yara; detection rule*; detection engineering; threat hunt*; incident response; blue team; snort; suricata; siem;
      patch management; intrusion detection; intrusion prevention
    `),
    usual: words(`
      harden; hardening; remediat*; mitigat*; security patch*; forensic*; malware analysis; log analysis; security monitoring;
      indicators of compromise; iocs; honeypot*; least privilege; firewall rule*; secure coding; code review; edr; triage
    `),
    weak: words(`patch; patches; patching; alert; alerts; firewall; access control; monitor*; backup; audit; quarantine`),
  },
  general: {
    usual: words(`
      cyber*; infosec; information security; hacker*; hacking; mitre att&ck; red team*; att&ck; threat actor*; threat intelligence;
      capture the flag; ctf; kali linux; wireshark; burp suite; active directory
    `),
    weak: words(`
      security; attack; attacks; attacker*; intrusion*; encryption; firewall; authentication; suspicious; unauthorized;
      access to a system; compromise*; network traffic; remote desktop; rdp; registry
    `),
  },
  'context-make': {
    usual: words(`
      create; creates; creating; write; writing; build; develop; generate; implement; design; craft; deploy; launch; launches;
      perform; execute; install; leverage*; use; uses; using; inject; spread; how to; abuse*
    `),
  },
  'context-defend': {
    usual: words(`
      detect; detects; detecting; detection; prevent; prevents; preventing; protect; protects; protection; block; blocks; blocking;
      mitigate; mitigating; defend*; against; patch; fix; fixing; remediate; identify; investigate; analyse; analyze; analysis of;
      analyzing; respond to; monitor for; alert on; avoid being; report on; hunt for; scan for; remove; awareness;
      query; queries; rule; rules; report; reports; plan; policy; policies; timeline; playbook; checklist; signature for; indicators; recovery;
      recover; restore; warn; warns; warning; explain; explains; explaining; describe; summarise; summarize; summary; triage; review; verify;
      training; course; simulation; reverse engineer; crawler; poster
    `),
  },
};

const ENGLISH_CLASSES: WordClasses = {
  steal: words(`
    steal; steals; stealing; dump; dumps; dumping; harvest; harvests; harvesting; crack; cracks; extract; extracts; extracting;
    capture; captures; intercept*; grab; scrape; collects; retrieve
  `),
  'credential-noun': words(
    `passwords; password; credentials; hashes; cookies; login details; tokens; tickets; private keys; keystrokes; key material`,
  ),
  defeat: words(`
    bypass; bypasses; bypassing; evade; evades; evading; disable; disables; disabling; circumvent; circumvents; defeat; defeats;
    kill; hide from; hides from; unhook; avoid; tamper*
  `),
  control: words(`
    antivirus; anti virus; edr; defender; detection; amsi; uac; firewall; firewalls; sandbox; whitelisting; logging;
    security tools; security software; security controls; ids; monitoring; security measures; event log; signature*; mfa;
    authentication
  `),
  attack: words(`
    exploit; exploits; attack; attacks; compromise; hack; hijack; hijacks; abuse; abuses; subvert; sabotage; leverages;
    manipulate*
  `),
  'weak-point': words(`
    vulnerability; vulnerabilities; misconfiguration; weak permissions; weaknesses; trust relationship*; rdp; smb; vpn; kernel;
    service account*; race condition; hypervisor; setuid; scheduled task*; remote desktop*
  `),
  plant: words(`plc; plcs; scada; ics; power grid; substation; turbine; water treatment; industrial control; safety system; pipeline`),
  collect: words(`
    searches for; search for; scans for; collects; gathers; enumerates; enumerate; lists all; identify; identifies; discovers;
    maps; scan
  `),
  'recon-object': words(`
    open ports; running services; network shares; domain controller*; installed software; user accounts; subdomains; live hosts;
    vulnerable hosts; employee*; target organization; network topology; security software; active directory; local network;
    network devices
  `),
  sends: words(`sends; send; uploads; upload; transfers; transfer; leaks; exports; smuggle*; transmits`),
  'stolen-data': words(`
    stolen data; sensitive data; collected data; captured data; exfiltrated; sensitive files; sensitive information;
    confidential data; harvested
  `),
  lasting: words(`survive*; persists; persist; persistent access; run automatically; runs at; executes at; execute at`),
  'start-of-machine': words(`reboot*; startup; boot; logon; login; system start; restarts`),
  another: words(`
    another machine; other machines; remote machine*; remote system*; different machine; remote host*; other systems; other hosts;
    remote computer*; adjacent systems
  `),
  enter: words(`
    gain access; gain interactive access; gains access; move to; moves to; execute code on; run commands on; executes commands on;
    execute commands on; access to; spread to; spreads to; copy itself
  `),
};

export const CAPABILITIES: Lexicon<CapabilityRule> = lexiconOf('en', ENGLISH_TAGS, ENGLISH_CLASSES, [
  sequence('credentials', 'steal', 0.75, 40, 'steal', 'credential-noun'),
  sequence('evasion', 'defeat', 0.75, 40, 'defeat', 'control'),
  sequence('exploit-development', 'attack', 0.6, 40, 'attack', 'weak-point'),
  sequence('ot-ics', 'attack', 0.6, 40, 'attack', 'plant'),
  sequence('reconnaissance', 'collect', 0.5, 40, 'collect', 'recon-object'),
  sequence('post-exploitation', 'exfiltrate', 0.6, 50, 'sends', 'stolen-data'),
  sequence('post-exploitation', 'persist', 0.6, 50, 'lasting', 'start-of-machine'),
  sequence('post-exploitation', 'lateral', 0.6, 40, 'enter', 'another'),
]);
