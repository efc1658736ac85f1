// Work that is barred for everybody, in English, as data: what is done to what (acts), what tells that it is done to others (signs), and what
// tells that somebody asks for it or only speaks of it. Matched within a few sentences by prohibited.ts; never a topic alone.
import { words, type Lexicon } from './phrases.ts';
import { anyOf, frame, marksOf, pattern, type ProhibitedLanguage, type ProhibitedMark } from './prohibited-frames.ts';

export const PROHIBITED_MARKS: Lexicon<ProhibitedMark> = marksOf(
  'english',
  words(`
      password*; credential*; login*; log in; log ins; session*; cookie*; token*; card numbers; card data; card details; bank*; codes; code; otp*; hashes;
      private key*; seed phrase*; wallet*; mailbox*; keystrokes; account*; phishing; smishing; evilginx; fake; cloned; spoofed; bogus; counterfeit;
      app; ransomware; keylogger*; key logger*; stealer*; infostealer*; worm*; rootkit*; bootkit*; trojan*; rat; rats; botnet*; spyware; stalkerware;
      malware; virus; viruses; backdoor*; back door*; crypter*; webshell*; web shell*; cryptominer*; crypto miner*; logic bomb*; remote access;
      malicious; locker; wiper*; implant*; dropper*; loader*; beacon*; payload*; c2; macro*; infect*; ransom; extortion; blackmail; antivirus;
      anti virus; av; edr; xdr; defender; amsi; etw; soc; siem; log; logs; investigators; forensics; security; blue team; responders;
      endpoint protection; auth.log; tracks; traces; trace; timestomp; stay hidden; staying hidden; stay undetected; stay unnoticed; unseen; access;
      foothold; control; persistence; admin*; key; keys; hack*; break into; breaking into; infiltrat*; breach*; exploit*; compromise; brute force*;
      bruteforce*; take down; knock out; ddos; denial of service; pwn; crack; take over; get into; 0day*; 0 day*; zero day*; injection*; flaw;
      vulnerability; trip*; opens; open; shut down; stop; stops; destroy*; black out; blackout; overload; disrupt*; damage; internet for; attack;
      intrusion; user; account; hidden
  `),
  words(`
      victim; victims; victim's; her knowledge; his knowledge; their knowledge; owner's knowledge; consent; permission; nobody; no one;
      authorised; authorized; authorisation; authorization; not own; n't own; not mine; n't mine; belongs to; ex; ex's; neighbor*; neighbour*;
      competitor*; rival*; coworker*; co worker*; colleague*; girlfriend*; boyfriend*; wife*; husband*; former employer*; old employer*;
      old company*; boss*; landlord*; roommate*; classmate*; someone; someone's; somebody; somebody's; stranger*; other people*; unsuspecting;
      random people; random companies; random servers; random users; whoever; hacked; hack; hacking; infect; infected; infecting; i compromised;
      we compromised; have compromised; breached; broke into; broken into; breaking into; break into; took over; taken over; got into; phished;
      the target; the target's; target's; my target; each target; every target; all targets; targets; demand; demands; demanding; ransom;
      ransoms; extort*; blackmail*; dark web; sell; selling; rent; money to my; money into my; get paid; be paid; monero; my rat; my own;
      my trojan; my ransomware; my malware; my spyware; my stealer; my implant; my rootkit; my worm; my botnet; my backdoor; my back door;
      my keylogger; my virus; my locker; my crypter; my wiper; my intrusion; my hack; my server; my telegram; my bot; my mailbox; my inbox; my c2;
      my discord; my webhook; my site; my fake; my page; my domain; my phone; our server; our telegram; to me; to us; i can collect; i can use;
      i can log; i can hijack; i can sell; undetect*; fud; unseen; without being; without getting; noticing; detecting; notices; not notice; n't notice;
      never find*; never flag*; never notice*; never detect*; not detect*; n't detect*; no longer flag*; no longer detect*; no antivirus; no edr;
      no av; no scanner; not trace; n't trace; not catch; n't catch; my tracks; our tracks; no trace; no traces; stay hidden; wrong timeline;
      as many; their backups; the backups; for ddos; ddos attack*; hospital*; bank; banks; bank's; company; companies; company's; firm; firms;
      utility; utilities; ministry; ministries; government; governments; city; school; schools; university; universities; vendor; vendors;
      railway; railways; airport; airports; grid operator*; organisations; organizations; businesses; agency; agencies; politician*; journalist*;
      activist*; citizens; voters; patients; customers; shops; factories; factory; pipelines; whole internet; entire internet; internet for;
      offline; i am attacking; we are attacking; kick me; kick us; people i; people we; spy on; everyone who
    `),
);

/** Words that mean little else. */
const MALWARE = anyOf(`
  ransomware; key ?loggers?; (?:info ?)?stealers?; worms?; rootkits?; bootkits?; trojans?(?: horses?)?; rats; rat; botnets?; spyware; stalkerware; malware;
  computer virus(?:es)?; back ?doors?; crypters?; web ?shells?; crypto ?miners?; logic bombs?; remote access trojans?;
  malicious (?:update|macro|usb stick|app|apk|document|attachment|extension|package|code|script|program|software|payload)s?
`);
/** Words with an everyday meaning besides. */
const SOFT_MALWARE = anyOf(`
  locker; wipers?; implants?; droppers?; loaders?; beacons?; payloads?; virus(?:es)?; c2 agents?; (?:excel |word |office )?macros?;
  fake (?:browser )?updates?
`);
/** That nobody puts on the machines of others by leave. */
const DESTRUCTIVE = anyOf(
  `ransomware; worm; malware; spyware; stalkerware; (?:info ?)?stealer; trojan; botnet; logic bomb; crypto ?miner; malicious (?:update|usb stick|app|package)`,
);
const ATTACKERS_OWN = anyOf(
  `rat; trojan; ransomware; malware; spyware; stealer; implant; rootkit; worm; botnet; back ?door; keylogger; crypter; wiper; beacon; locker; loader`,
);

/** What may stand between a verb and its object without being an object itself. */
const FILLERS = `(?:${anyOf(`
  me; us; up; out; a; an; the; some; my; our; this; that; one; new; custom; simple; basic; small; working; functional; fully; full; complete;
  real; powerful; effective; advanced; sophisticated; convincing; realistic; undetectable; undetected; fud; stealthy; silent; hidden;
  persistent; polymorphic; self-replicating; self-spreading; fileless; weaponi[sz]ed; lightweight; python; powershell; bash; c; c\\+\\+; c#;
  go; golang; rust; java; javascript; vba; excel; windows; linux; macos; android; ios; mobile; fake; piece of; strain of; variant of; copy of;
  kind of; firmware; malicious; another; these
`)} ){0,6}`;

/** The object is not the first half of a longer noun, as in "malware scanner". */
const NOUN_ENDS = `(?=[.,;:!?)"'-]|$| ${anyOf(`
  that; which; who; to; for; and; or; but; in; on; onto; into; across; against; using; through; by; from; via; at; with; without; targeting;
  disguised; capable; so; when; before; after; while; as; until; then; tonight; now; because; hidden; inside; of; written; i; we; fully; it; undetect\\w*; invisible; unseen; look; survive; bypass; evade; run
`)}(?!\\w))`;

const MAKE = anyOf(
  `write; writing; create; make; build; develop; code; program; design; generate; craft; implement; produce; compile; give; want; need; prepare`,
);
const DEPLOY = anyOf(
  `deploy; launch; install(?:s|ing)?; plant; drop; spread(?:ing)?; distribute; push; deliver; inject; release; roll out; smuggle`,
);
const SECRETS = anyOf(`
  passwords?; credentials?; log-?ins?; login (?:data|details); session cookies?; sessions?; cookies; tokens?; card (?:numbers|data|details);
  bank(?:ing)? (?:details|data|passwords?|logins?); (?:mfa|one-time|otp|2fa|verification|security) (?:codes?|passwords?); otps?; hashes;
  private keys?; seed phrases?; wallets?; mailbox(?:es)?; keystrokes; accounts?
`);
const STEAL = anyOf(`steal(?:s|ing)?; harvest(?:s|ing)?; siphon(?:s|ing)?; phish(?:es|ing)?; swip(?:e|es|ing); hijack(?:s|ing)?`);
/** What administrators and programmers also do. */
const TAKE = anyOf(`
  grab(?:s|bing)?; captur(?:e|es|ing); scrap(?:e|es|ing); intercept(?:s|ing)?; sniff(?:s|ing)?; dump(?:s|ing)?; crack(?:s|ing)?; exfiltrat(?:e|es|ing);
  collect(?:s|ing)?; log(?:s|ging)?; get; obtain; extract(?:s|ing)?; upload(?:s|ing)?; read
`);
const LURES = anyOf(`
  (?:fake|cloned|spoofed|phishing|bogus|counterfeit) (?:[\\w-]+ ){0,4}(?:log-?in (?:page|site|form|portal)|page|site|website|portal|kit|app);
  (?:spear )?phishing (?:e-?mails?|mails?|sms|messages?|campaigns?|texts?|kits?|pages?|sites?); smishing (?:texts?|messages?|campaigns?); evilginx;
  (?:[\\w-]+ )?app (?:that|which) (?:looks like|pretends)
`);
const CONTROLS = anyOf(`
  antivirus; anti-virus; av; edr; xdr; defender; amsi; etw; soc; siem; event logs?; logs?; forensic investigators; investigators; forensics;
  security (?:team|tools?|software|staff|products?); blue team; incident responders; endpoint protection; auth\\.log
`);
const HIDE = anyOf(`
  hid(?:e|es|ing); conceal(?:s|ing)?; evad(?:e|es|ing); bypass(?:es|ing)?; disabl(?:e|es|ing); kill(?:s|ing)?; blind(?:s|ing)?; wip(?:e|es|ing);
  eras(?:e|es|ing); clear(?:s|ing)?; delet(?:e|es|ing); remov(?:e|es|ing); get past; slip past; avoid(?:s|ing)?; patch; unhook; turn off; fool
`);
const KEEP = anyOf(`keep(?:s|ing)?; maintain(?:s|ing)?; retain(?:s|ing)?; regain; still have; secure`);
/** Technical ones: "break into a company" is also a career. */
const PLACES = anyOf(`
  networks?; computers?; machines?; pcs?; laptops?; phones?; servers?; accounts?; domains?; routers?; systems?; websites?; sites?; mailbox(?:es)?;
  databases?; wi-?fi; cameras?; nas; web ?shops?; devices?; gateways?; e-?mails?; vpns?; plcs?; hmis?; tenants?; cloud
`);
const PERSONS = anyOf(`
  ex; ex-?wife; ex-?husband; ex-?girlfriend; ex-?boyfriend; neighbou?rs?; competitors?; rivals?; boss; co-?workers?; colleagues?; girlfriend;
  boyfriend; wife; husband; former employer; old employer; old company; landlord; teacher; roommate; classmates?; enemy
`);
const INSTITUTIONS = anyOf(`
  hospitals?; banks?; compan(?:y|ies); firms?; utilit(?:y|ies); ministr(?:y|ies); governments?; city; cities; schools?; universit(?:y|ies);
  vendors?; railways?; airports?; (?:grid )?operators?; organi[sz]ations?; businesses; agenc(?:y|ies); politicians; journalists; activists;
  officials; citizens; voters; patients; customers; reporters; factor(?:y|ies); airlines?; news sites
`);
const IMPERATIVES = anyOf(`
  write; create; make; build; develop; code; program; design; generate; craft; implement; produce; compile; prepare; deploy; run; launch;
  install; plant; drop; spread; distribute; push; deliver; inject; execute; release; steal; harvest; grab; capture; scrape; dump; crack;
  phish; hijack; intercept; hack; break into; exploit; compromise; attack; ddos; take; use; scan; find; search; hide; evade; bypass; disable;
  kill; wipe; erase; clear; delete; remove; patch; obfuscate; rewrite; timestomp; keep; maintain; add; set up; turn; infect; encrypt; extort;
  blackmail; brute-?force; get; log in; provide; draft; forge; host; modify; change; shut down; trip; open; stop; destroy; sabotage; overload; show; illustrate; demonstrate; present; construct; devise; engineer; replicate;
  showcase; outline; list; sketch; propose; perform
`);

export const ENGLISH_PROHIBITED: ProhibitedLanguage = {
  signs: {
    /** Who suffers it, said outright. */
    victim: pattern(`
      \\bvictims?(?:'s?)?\\b|\\bstrangers?(?:'s?)?\\b|\\bunsuspecting\\b|\\brandom (?:people|companies|users|servers|strangers)\\b|
      \\b(?:i|we) (?:have )?(?:just )?(?:hacked|broke into|broken into|breached|infected|phished|hijacked)\\b|\\bafter (?:breaking|hacking) into\\b|
      \\b(?:i|we) (?:have )?compromised\\b|\\b(?:people|person|man|woman|ones|company|bank) (?:i|we) (?:am |are )?(?:spy|infect|stalk|attack|hack)(?:ing)?\\b|
      \\b(?:i am|i'm|we are|we're) (?:attacking|hacking|breaking into|going to (?:attack|hack|encrypt|infect|rob|extort))\\b|
      \\bpeople who infect\\b|\\b(?:build server|domain|network) (?:i|we) (?:own now|took over|have taken over)\\b|\\bi got into a\\b
    `),
    /** Somebody else, who may know of it. */
    person: pattern(`
      \\b(?:someone|somebody|anybody|anyone)(?: else)?'s\\b|\\b(?:someone|somebody) (?:else|who)\\b|\\bother people(?:'s)?\\b|\\bwhoever\\b|
      \\b(?:my|his|her|a) (?:\\w+ )?${PERSONS}(?:'s?|s'|,)?(?!\\w)|\\b(?:competitor|rival) (?:company|firm|bank|plant)|\\bof (?:my|our|a) (?:${PERSONS})\\b|
      \\b(?:hacked|hijacked) (?:[\\w-]+ )?${PLACES}\\b
    `),
    unauthorised: pattern(`
      \\bwithout (?:[\\w']+ ){0,3}(?:knowledge|knowing|consent|permission|authori[sz]ation)\\b|\\bno (?:permission|authori[sz]ation|consent)\\b|
      \\b(?:nobody|no one) (?:has )?authori[sz]ed\\b|\\bnot authori[sz]ed\\b|\\b(?:is not|isn't) mine\\b|
      \\bbelongs to (?:a|an|another|someone|somebody) (?:foreign|other|stranger|else|different)\\b|\\bkick(?:s|ed)? (?:me|us) out\\b
    `),
    institution: pattern(
      `\\b(?:an?|another|that|some|this|every|other|many|foreign|these|those|random|its|their|the|thousands of|to|of) (?:[\\w-]+ ){0,3}${INSTITUTIONS}(?:'s?)?(?!\\w)`,
    ),
    target: pattern(
      `\\b(?:the|my|a|each|every|all) targets?(?:'s?)?(?= (?:opens?|computers?|machines?|servers?|network|pc|laptop|staff|company|domain|phones?)|[.,;]|$)`,
    ),
    gain: pattern(`
      \\bdemand(?:s|ing)? (?:[\\w-]+ ){0,2}(?:bitcoin|monero|payment|ransom|money|crypto\\w*)\\b|\\bransom (?:demand|payment)\\b|\\bextort\\w*|
      \\bblackmail\\w*|\\b(?:sell|rent)(?:ing)? (?:the )?(?:[\\w-]+ )?(?:it|them|data|access|logins|credentials|out) ?(?:to other people|on|out|later)?[.,;]?|\\bon the dark web\\b|
      \\bmoney (?:in)?to my\\b|\\b(?:be|get|am being|getting) paid\\b|\\bmine monero\\b
    `),
    mine: pattern(
      `\\bmy (?:own )?(?:${ATTACKERS_OWN}|intrusion)${NOUN_ENDS}|\\bmy tools there unseen\\b|\\b(?:files|tools) (?:that )?i planted\\b`,
    ),
    'to-me': pattern(`
      \\b(?:to|on) (?:my|our) (?:[\\w-]+ ){0,2}(?:server|telegram|bot|mailbox|inbox|c2|discord|webhook|e-?mail|site|page|domain)\\b|
      \\b(?:sends?|mails?|forwards?|uploads?) (?:[\\w-]+ ){1,3}to (?:me|us)\\b|\\bso (?:that )?i can (?:collect|use|log|read|sell|hijack|drain|empty)\\b
    `),
    unseen: pattern(`
      \\bfud\\b|\\bundetect(?:ed|able)\\b|\\bunseen\\b|\\bwithout (?:being|getting) (?:detected|caught|noticed|traced|seen|flagged|found)\\b|
      \\bwithout (?:[\\w'-]+ ){1,5}(?:noticing|detecting|finding out)\\b|\\bbefore (?:anyone|anybody|they|someone|somebody) (?:notices?|detects?|finds? out)\\b|
      \\bso (?:that )?(?:[\\w'-]+ ){1,7}(?:can(?:'t|not)|won't|will not|does not|doesn't|do not|don't|never|no longer) (?:\\w+ )?(?:detects?|notices?|finds?|trace|catch(?:es)?|suspect|flags?|attribute)\\b|
      \\bso (?:that )?(?:nobody|no one) (?:can |will |ever )?(?:detects?|notices?|finds?|traces?|catches|sees?)\\b|\\bno (?:antivirus|edr|av|scanner)(?: [\\w'-]+){0,4} (?:can |will |ever )?(?:detects?|flags?|finds?|notices?)\\b|
      \\bcover(?:ing)? (?:my|our) tracks\\b|\\bleav(?:e|ing) no traces?\\b|\\bstay(?:ing)? (?:hidden|undetected|unnoticed|unseen|invisible) in\\b|
      \\b(?:no longer|never) (?:ever )?(?:flags?|finds?|detects?|notices?)\\b|\\bmust not notice\\b|\\bcan(?:'t|not) (?:trace|catch|find) (?:me|us)\\b|\\bwrong timeline\\b
    `),
    harm: pattern(`
      \\bas many (?:[\\w-]+ ){1,3}as (?:possible|you can)\\b|\\bdelet(?:e|es|ing) (?:their|all|the) backups\\b|\\b(?:destroys?|wipes?) (?:the|their|all|every) (?:[\\w-]+ ){1,5}of\\b|
      \\b(?:encrypts?|steals?|wipes?) (?:the |all |their |every |its )?(?:files|data|disks?|documents) (?:of|on|from|at)\\b|\\bfor (?:ddos|denial)\\b|
      \\b(?:black ?out|casualties|chaos|disruption)\\b|\\bevery company that installs\\b
    `),
    theft: pattern(`\\b(?:${STEAL}|captur(?:e|es|ing)|collect(?:s|ing)?|grab(?:s|bing)?|enters? (?:her|his|their)|trick(?:s|ing)?)\\b`),
    place: pattern(`\\b(?:plcs?|controllers?|firmware|routers?|servers?|networks?|machines?|computers?|phones?|plant)\\b`),
    foreign: pattern(
      `\\b(?:an?|another|that|foreign|their|its|this) (?:[\\w-]+ ){0,3}(?:hospitals?|banks?|utilit(?:y|ies)|ministr(?:y|ies)|governments?|universit(?:y|ies)|railways?|airports?|operators?|schools?|agenc(?:y|ies))(?:'s)?(?= (?:[\\w-]+ ){0,3}${PLACES}|[.,;]|$| (?:and|that|which|to|in))`,
    ),
    internet: pattern(`\\b(?:whole|entire) internet\\b|\\binternet for\\b`),
    outage: pattern(`\\bkeep (?:it|them|the [\\w-]+) (?:offline|down)\\b|\\bknock (?:it|them) offline\\b|\\btake (?:it|them) down\\b`),
  },
  frames: [
    frame('credential-theft.steal', `\\b${STEAL} (?:[\\w'@/.-]+ ){0,9}${SECRETS}\\b`, [
      'victim',
      'person',
      'to-me',
      'unauthorised',
      'mine',
      'unseen',
    ]),
    frame(
      'credential-theft.take',
      `\\b${TAKE} (?:[\\w'@/.-]+ ){0,9}${SECRETS}\\b`,
      ['victim', 'unauthorised', 'unseen'],
      ['victim', 'person', 'institution', 'to-me'],
    ),
    frame(
      'credential-theft.skim',
      `\\b(?:steal|scrap|grab|harvest)(?:e?s|ing)? (?:[\\w'-]+ ){0,4}${SECRETS}\\b`,
      ['person', 'victim'],
      ['to-me', 'theft'],
    ),
    frame(
      'credential-theft.lure',
      `\\b(?:${MAKE}|set up|host|forge|draft) ${FILLERS}(?:[\\w-]+ ){0,1}${LURES}`,
      ['theft'],
      ['victim', 'person', 'to-me', 'gain', 'institution'],
    ),
    frame('malware-deployment.make', `\\b${MAKE} ${FILLERS}${MALWARE}${NOUN_ENDS}`, [
      'victim',
      'person',
      'unauthorised',
      'gain',
      'harm',
      'to-me',
    ]),
    frame(
      'malware-deployment.make-soft',
      `\\b${MAKE} ${FILLERS}${SOFT_MALWARE}${NOUN_ENDS}`,
      ['victim', 'mine', 'harm'],
      ['victim', 'mine', 'institution'],
    ),
    frame('malware-deployment.deploy', `\\b${DEPLOY} ${FILLERS}${MALWARE}${NOUN_ENDS}`, ['victim', 'person', 'unauthorised', 'gain']),
    frame(
      'malware-deployment.deploy-at',
      `\\b(?:deploy|spread(?:ing)?|distribute|push|deliver|release|plant) ${FILLERS}${DESTRUCTIVE}${NOUN_ENDS}`,
      ['institution', 'target', 'harm'],
    ),
    frame(
      'malware-deployment.deploy-soft',
      `\\b${DEPLOY} ${FILLERS}${SOFT_MALWARE}${NOUN_ENDS}`,
      ['victim', 'unauthorised'],
      ['victim', 'gain', 'unseen'],
    ),
    frame(
      'malware-deployment.mine',
      `\\b(?:downloads?|installs?|drops?|starts?|runs?|launch(?:es)?|reinstalls?|delivers?|spreads?) my (?:own )?${ATTACKERS_OWN}\\b`,
      ['target', 'victim', 'institution', 'person'],
    ),
    frame(
      'malware-deployment.infect',
      `\\binfect(?:ing)? (?:[\\w'-]+ ){0,6}(?:computers|machines|phones|routers|people|users|customers|companies|visitors|servers|devices|employees|staff)\\b`,
      ['gain', 'victim', 'harm', 'mine', 'unauthorised'],
    ),
    frame(
      'malware-deployment.extort',
      `\\b(?:${MAKE}|draft) ${FILLERS}(?:ransom (?:note|demand|letter)|extortion (?:letter|e-?mail|mail|note)|blackmail (?:letter|e-?mail|mail))`,
      ['victim', 'gain', 'person'],
    ),
    frame(
      'stealth.mine',
      `\\bmy (?:[\\w-]+ )?(?:${ATTACKERS_OWN}|payload|attack|intrusion)${NOUN_ENDS}`,
      ['unseen'],
      ['victim', 'institution', 'target', 'gain', 'person', 'mine'],
    ),
    frame(
      'stealth.controls',
      `\\b${HIDE} (?:[\\w'@/,.-]+ ){0,7}${CONTROLS}\\b`,
      ['victim', 'target', 'mine', 'institution', 'person'],
      ['mine', 'victim', 'unauthorised'],
    ),
    frame(
      'stealth.logs',
      `\\b(?:wipe|erase|clear|delete|remove) (?:[\\w'@/,.-]+ ){0,5}logs\\b`,
      ['unseen'],
      ['victim', 'mine', 'unauthorised'],
    ),
    frame(
      'stealth.make',
      `\\b${MAKE} ${FILLERS}${MALWARE}${NOUN_ENDS}`,
      ['unseen'],
      ['victim', 'gain', 'mine', 'institution', 'target', 'harm'],
    ),
    frame(
      'stealth.tracks',
      `\\b(?:cover(?:ing)? (?:my|our) tracks|(?:wip|eras|delet|remov|clear)(?:e|es|ing)? (?:every|all|my|any) traces?|timestomp)\\b`,
      ['victim', 'mine', 'unauthorised', 'unseen'],
      ['victim', 'mine', 'unauthorised', 'institution'],
    ),
    frame('stealth.stay', `\\bstay(?:ing)? (?:hidden|undetected|unnoticed|unseen|invisible) in\\b`, [
      'victim',
      'institution',
      'person',
      'target',
    ]),
    frame('persistence.keep-access', `\\b${KEEP} (?:[\\w'-]+ ){0,3}(?:access|foothold|control|persistence)\\b`, [
      'victim',
      'unauthorised',
      'mine',
    ]),
    frame(
      'persistence.plant',
      `\\b(?:plant|hide|install|leave|put|insert|place|create|write) (?:me )?(?:an?|the|my|some) (?:[\\w-]+ ){0,2}(?:back ?doors?|web ?shells?|rootkits?)\\b`,
      ['victim', 'person', 'unauthorised', 'unseen', 'harm'],
    ),
    frame(
      'persistence.implant',
      `\\b(?:plant|want|need|build|write|create|install) (?:me )?(?:an?|the|my|some) (?:[\\w-]+ ){0,2}implants?\\b`,
      ['person', 'victim', 'unauthorised'],
      ['place'],
    ),
    frame(
      'persistence.hidden-account',
      `\\b(?:add|create|plant|make) (?:me )?(?:an?|the) (?:hidden|secret|invisible) (?:[\\w-]+ )?(?:admin\\w*|account|user)\\b`,
      ['victim', 'person', 'unauthorised', 'unseen'],
    ),
    frame('persistence.key', `\\b(?:put|add|install|plant|leave) my (?:ssh )?keys?\\b`, ['victim', 'unauthorised']),
    frame(
      'persistence.survive',
      `\\bmy (?:[\\w-]+ )?${ATTACKERS_OWN}\\b[^.!?]{0,60}\\b(?:surviv\\w+|comes? back|reboots?|reinstall\\w*|every morning|restarts?)\\b`,
      ['victim', 'person', 'target', 'unauthorised'],
    ),
    frame(
      'third-party-exploitation.break-in',
      `\\b(?:hack(?:ing)? into|break(?:ing)? into|infiltrat\\w+|breach(?:ing)?|hack(?! (?:together|up|on|around|a (?:quick|small|simple)))) (?:[\\w'-]+ ){0,4}${PLACES}\\b`,
      ['victim', 'person', 'unauthorised', 'gain', 'foreign'],
    ),
    frame(
      'third-party-exploitation.break-in-institution',
      `\\b(?:hack(?:ing)? into|break(?:ing)? into|breach) (?:[\\w'-]+ ){0,4}${INSTITUTIONS}\\b`,
      ['victim', 'unauthorised', 'gain', 'harm', 'unseen'],
    ),
    frame(
      'third-party-exploitation.exploit',
      `\\b(?:exploit|compromise|brute-?force|take (?:down|control of)|knock out|ddos|pwn|crack) (?:[\\w'-]+ ){0,5}${PLACES}\\b`,
      ['unauthorised', 'victim', 'gain'],
    ),
    frame('third-party-exploitation.login', `\\bbrute-?force (?:[\\w'-]+ ){0,3}(?:log-?in|ssh|rdp|password|vpn)\\b`, [
      'unauthorised',
      'victim',
      'person',
    ]),
    frame(
      'third-party-exploitation.take-over',
      `\\b(?:take over|get into) (?:[\\w'-]+ ){0,4}${PLACES}\\b`,
      ['person', 'victim'],
      ['gain', 'unauthorised', 'unseen', 'victim'],
    ),
    frame(
      'third-party-exploitation.working-exploit',
      `\\b(?:give|write|build|find|sell) (?:me )?(?:an? |the )?(?:[\\w-]+ )?(?:exploit|0-?day|zero-?day)s?\\b`,
      ['gain', 'victim', 'unauthorised'],
      ['gain', 'victim', 'institution'],
    ),
    frame(
      'third-party-exploitation.injection',
      `\\b(?:use|find|run) (?:an? |the )?(?:[\\w-]+ ){0,3}(?:sql injections?|flaw|vulnerability|exploit) (?:in|on|against|to) (?:[\\w'-]+ ){0,6}[\\w'-]+ and (?:download|dump|export|steal|copy|sell)\\b`,
      ['person', 'victim', 'unauthorised', 'harm'],
    ),
    frame(
      'third-party-exploitation.ddos',
      `\\b(?:launch|start|run|carry out|do|perform) (?:an? )?(?:[\\w-]+ )?(?:ddos|denial[ -]of[ -]service)(?: attack)? (?:against|on) (?:[\\w'-]+ ){0,5}(?:websites?|site|servers?|banks?|company|city|network|shop)\\b`,
      ['victim', 'person', 'gain', 'outage', 'unauthorised'],
    ),
    frame(
      'third-party-exploitation.sabotage',
      `\\b(?:trips?|opens?|shut(?:s)? down|stops?|destroys?|black ?out|overload|disrupts?|damage|take control of) (?:the |all |its |their |every )?(?:[\\w-]+ ){0,3}(?:breakers?|trains?|turbines?|pumps?|power|plants?|substations?|valves?|grid|signals|hmis?)\\b`,
      ['victim', 'gain', 'unauthorised', 'foreign'],
    ),
    frame(
      'third-party-exploitation.mass',
      `\\b(?:scan|search) (?:the )?(?:whole |entire )?internet for (?:[\\w'-]+ ){0,6}[\\w'-]+ and (?:take control|exploit|hack|log|attack|control|break|infect)\\b`,
      ['internet'],
    ),
  ],
  asks: pattern(`
    (?:^|[.!?:;,] |\\bplease |\\bnow |\\bthen |\\band |\\bbut )${IMPERATIVES}\\b|\\b(?:help (?:me|us)|how (?:do|can|could|would|should|might) (?:i|we|one|you)|how to|
    (?:i|we) (?:want|need|wish|plan|would like|have to|intend|will|am going|are going)|i'd like|i'll|we'll|i'm (?:going|trying)|
    can you|could you|would you|will you|please|show (?:me|us)|teach (?:me|us)|tell (?:me|us)|give (?:me|us)|walk me|guide me|find me|get me|your task|your job|let's|lets|for me|(?:code|script|program|tool|algorithm|snippet|function|commands?) (?:that|which|to|for))\\b
  `),
  defends: pattern(`
    (?:^|[.!?:,] )(?:which|what|who|whether|why|when|is|are|does|did|was|were|do not|don't|never)\\b|
    \\b(?:detect\\w*|sigma|yara|snort|suricata|defend\\w*|defen[cs]e\\w*|protect\\w*|prevent\\w*|mitigat\\w*|remediat\\w*|clean(?:ing)? up|recover\\w*|restor\\w+|incident|investigat\\w*|analys\\w*|analyz\\w*|
    triage|reverse engineer\\w*|deobfuscat\\w*|explain\\w*|describ\\w*|summar\\w*|document (?:how|which|what)|understand\\w*|reports?|write-?up|article|blog|essay|presentation|course|training|aware\\w*|
    educat\\w*|students|quiz|lab|testbed|tests?|testing|isolated|sandbox|vm|virtual machine|samples?|simulat\\w*|exercise|tabletop|emulat\\w*|authori[sz]ed|authori[sz]ation|with (?:their|the|written|his|her|your|our) (?:\\w+ )?(?:permission|consent)|
    permitted|rules of engagement|engagement|pen ?test\\w*|red[ -]?team\\w*|ctf|capture the flag|honeypots?|decoys?|harden\\w*|policy|compliance|checklist|playbook|hunt\\w*|indicators?|iocs?|
    translat\\w*|novel|fiction|story|screenplay|character|game|warn\\w*|alerts?|whether|happened|forensic\\w*|evidence|examples? of|recogni[sz]e\\w*|
    block\\w*|verify|audit\\w*|review\\w*|monitor\\w*|safe\\w*|secure|securely|our own|i own this|attackers?|threat actors?|adversar\\w*|criminals|hackers|research\\w*|avoid getting|get(?:ting)? rid|
    can't help|cannot help|won't help|refuse\\w*|unable to|must not|should not|not allowed|illegal|forgot|forgotten|lost|my own (?:account|password|server|computer|phone|laptop|site|network))\\b
  `),
  aroundDefence: pattern(
    `
    \\b(?:without|no|not|n't|nobody|no one) (?:[\\w']+ ){0,3}?(?:authori[sz]\\w+|permission|consent|knowledge)\\b|
    \\b(?:evad|avoid|bypass|escap|defeat|dodg|fool|disabl|kill|blind|wip|clear|eras|delet|remov|get past|slip past|turn(?:s|ing)? off|hid|destroy|timestomp|patch|mislead|encrypt)\\w* (?:[\\w'/.,-]+ ){0,7}?(?:detections?|protection|analys\\w+|investigat\\w+|forensics?(?: investigators)?|incident responders?|alerts?|monitoring|defen[cs]es?|defender|backups?|rules|blue team|evidence|sandbox\\w*)\\b|
    \\b(?:so (?:that )?|without |before )(?:[\\w'-]+ ){1,7}?(?:detect(?:s|ing)?|recover|restore|block|investigat\\w*|analy\\w*|monitor\\w*)\\b|
    \\b(?:nobody|no one|never|cannot|can't|won't|not|no longer|n't|no (?:antivirus|edr|av|scanner)(?: [\\w'-]+){0,4}?) (?:ever |can |will |be )?(?:detect\\w*|recover\\w*|restor\\w*|investigat\\w*|block\\w*)\\b|
    \\b(?:until|so (?:that )?) defender\\b|\\bforensic investigators get\\b|\\bundetect\\w*|\\bchecks for sandboxes and analysts\\b|\\bblue team\\b|\\btracker\\b|\\bmust not notice\\b
  `,
    'g',
  ),
};
