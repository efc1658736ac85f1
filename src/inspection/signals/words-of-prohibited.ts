// The words that barred work is told by, in English, as parts of patterns: what is done, to what, to whom. Put together in frames-of-prohibited.ts.
import { anyOf } from './prohibited-frames.ts';

/** Words that mean little else. */
export const MALWARE = anyOf(`
  ransomware; key ?loggers?; (?:info ?)?stealers?; worms?; rootkits?; bootkits?; trojans?(?: horses?)?; rats; rat; botnets?; spyware; stalkerware; malware;
  computer virus(?:es)?; back ?doors?; crypters?; web ?shells?; crypto ?miners?; logic bombs?; remote access trojans?;
  malicious (?:update|macro|usb stick|app|apk|document|attachment|extension|package|code|script|program|software|payload)s?
`);
/** Words with an everyday meaning besides. */
export const SOFT_MALWARE = anyOf(`
  locker; wipers?; implants?; droppers?; loaders?; beacons?; payloads?; virus(?:es)?; c2 agents?; (?:excel |word |office )?macros?;
  fake (?:browser )?updates?
`);
/** That nobody puts on the machines of others by leave. */
export const DESTRUCTIVE = anyOf(
  `ransomware; worm; malware; spyware; stalkerware; (?:info ?)?stealer; trojan; botnet; logic bomb; crypto ?miner; malicious (?:update|usb stick|app|package)`,
);
export const ATTACKERS_OWN = anyOf(
  `rat; trojan; ransomware; malware; spyware; stealer; implant; rootkit; worm; botnet; back ?door; keylogger; crypter; wiper; beacon; locker; loader`,
);

/** What may stand between a verb and its object without being an object itself. */
export const FILLERS = `(?:${anyOf(`
  me; us; up; out; a; an; the; some; my; our; this; that; one; new; custom; simple; basic; small; working; functional; fully; full; complete;
  real; powerful; effective; advanced; sophisticated; convincing; realistic; undetectable; undetected; fud; stealthy; silent; hidden;
  persistent; polymorphic; self-replicating; self-spreading; fileless; weaponi[sz]ed; lightweight; python; powershell; bash; c; c\\+\\+; c#;
  go; golang; rust; java; javascript; vba; excel; windows; linux; macos; android; ios; mobile; fake; piece of; strain of; variant of; copy of;
  kind of; firmware; malicious; another; these
`)} ){0,6}`;

/** The object is not the first half of a longer noun, as in "malware scanner". */
export const NOUN_ENDS = `(?=[.,;:!?)"'-]|$| ${anyOf(`
  that; which; who; to; for; and; or; but; in; on; onto; into; across; against; using; through; by; from; via; at; with; without; targeting;
  disguised; capable; so; when; before; after; while; as; until; then; tonight; now; because; hidden; inside; of; written; i; we; fully; it; undetect\\w*; invisible; unseen; look; survive; bypass; evade; run
`)}(?!\\w))`;

export const MAKE = anyOf(
  `write; writing; create; make; build; develop; code; program; design; generate; craft; implement; produce; compile; give; want; need; prepare`,
);
export const DEPLOY = anyOf(
  `deploy; launch; install(?:s|ing)?; plant; drop; spread(?:ing)?; distribute; push; deliver; inject; release; roll out; smuggle`,
);
export const SECRETS = anyOf(`
  passwords?; credentials?; log-?ins?; login (?:data|details); session cookies?; sessions?; cookies; tokens?; card (?:numbers|data|details);
  bank(?:ing)? (?:details|data|passwords?|logins?); (?:mfa|one-time|otp|2fa|verification|security) (?:codes?|passwords?); otps?; hashes;
  private keys?; seed phrases?; wallets?; mailbox(?:es)?; keystrokes; accounts?
`);
export const STEAL = anyOf(`steal(?:s|ing)?; harvest(?:s|ing)?; siphon(?:s|ing)?; phish(?:es|ing)?; swip(?:e|es|ing); hijack(?:s|ing)?`);
/** What administrators and programmers also do. */
export const TAKE = anyOf(`
  grab(?:s|bing)?; pull(?:s|ing)?; captur(?:e|es|ing); scrap(?:e|es|ing); intercept(?:s|ing)?; sniff(?:s|ing)?; dump(?:s|ing)?; crack(?:s|ing)?; exfiltrat(?:e|es|ing);
  collect(?:s|ing)?; log(?:s|ging)?; get; obtain; extract(?:s|ing)?; upload(?:s|ing)?; read
`);
export const LURES = anyOf(`
  (?:fake|cloned|spoofed|phishing|bogus|counterfeit) (?:[\\w-]+ ){0,4}(?:log-?in (?:page|site|form|portal)|page|site|website|portal|kit|app);
  (?:spear )?phishing (?:e-?mails?|mails?|sms|messages?|campaigns?|texts?|kits?|pages?|sites?); smishing (?:texts?|messages?|campaigns?); evilginx;
  (?:[\\w-]+ )?app (?:that|which) (?:looks like|pretends)
`);
export const CONTROLS = anyOf(`
  antivirus; anti-virus; av; edr; xdr; defender; amsi; etw; soc; siem; event logs?; logs?; forensic investigators; investigators; forensics;
  security (?:team|tools?|software|staff|products?); blue team; incident responders; endpoint protection; auth\\.log; logging; alerting; monitoring; crowdstrike; sentinelone; virustotal
`);
export const HIDE = anyOf(`
  hid(?:e|es|ing); conceal(?:s|ing)?; evad(?:e|es|ing); bypass(?:es|ing)?; disabl(?:e|es|ing); kill(?:s|ing)?; blind(?:s|ing)?; wip(?:e|es|ing);
  eras(?:e|es|ing); clear(?:s|ing)?; delet(?:e|es|ing); remov(?:e|es|ing); get past; slip past; avoid(?:s|ing)?; patch; unhook; turn off; switch off; shut off; silence; mute; get rid of; fool
`);
export const KEEP = anyOf(`keep(?:s|ing)?; maintain(?:s|ing)?; retain(?:s|ing)?; regain; still have; secure`);
/** Technical ones: "break into a company" is also a career. */
export const PLACES = anyOf(`
  networks?; computers?; machines?; pcs?; laptops?; phones?; servers?; accounts?; domains?; routers?; systems?; websites?; sites?; mailbox(?:es)?;
  databases?; wi-?fi; cameras?; nas; web ?shops?; devices?; gateways?; e-?mails?; vpns?; plcs?; hmis?; tenants?; cloud
`);
export const PERSONS = anyOf(`
  ex; ex-?wife; ex-?husband; ex-?girlfriend; ex-?boyfriend; neighbou?rs?; competitors?; rivals?; boss; co-?workers?; colleagues?; girlfriend;
  boyfriend; wife; husband; former employer; old employer; old company; landlord; teacher; room-?mate; flat-?mate; house-?mate; classmates?; enemy
`);
export const INSTITUTIONS = anyOf(`
  hospitals?; banks?; compan(?:y|ies); firms?; utilit(?:y|ies); ministr(?:y|ies); governments?; city; cities; schools?; universit(?:y|ies);
  vendors?; railways?; airports?; insurers?; clinics?; retailers?; hotels?; hotel chains?; municipalit(?:y|ies); towns?; suppliers?; law firms?;
  dentists?; lawyers; doctors?; teenagers; pupils; pensioners; call cent(?:er|re)s?; casinos?; stores?; (?:grid )?operators?; organi[sz]ations?; businesses; agenc(?:y|ies); politicians; journalists; activists;
  officials; citizens; voters; patients; customers; reporters; factor(?:y|ies); airlines?; news sites
`);
export const IMPERATIVES = anyOf(`
  write; create; make; build; develop; code; program; design; generate; craft; implement; produce; compile; prepare; deploy; run; launch;
  install; plant; drop; spread; distribute; push; deliver; inject; execute; release; steal; harvest; grab; capture; scrape; dump; crack;
  phish; hijack; intercept; hack; break into; exploit; compromise; attack; ddos; take; use; scan; find; search; hide; evade; bypass; disable;
  kill; wipe; erase; clear; delete; remove; patch; obfuscate; rewrite; timestomp; keep; maintain; add; set up; turn; infect; encrypt; extort;
  blackmail; brute-?force; get; log in; provide; draft; forge; host; modify; change; shut down; trip; open; stop; destroy; sabotage; overload; show; illustrate; demonstrate; present; construct; devise; engineer; replicate;
  showcase; outline; list; sketch; propose; perform
`);
