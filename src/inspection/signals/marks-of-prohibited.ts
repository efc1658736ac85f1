// English words that say where it is worth to look for barred work: of every frame in frames-of-prohibited.ts one word of the act and one of a
// sign is here. Evidence of nothing by themselves.
import { words, type Lexicon } from './phrases.ts';
import { marksOf, type ProhibitedMark } from './prohibited-frames.ts';

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
      intrusion; user; account; hidden; messages; photos; relay; bypass; leaked; stolen; breached; encrypt; negotiat*; threaten*; self propagating;
      self replicating; self spreading; jumps; hops; spreads; apk; installer; extension; attachment; modify; pack; obfuscate; dll; agent; get rid of; shell;
      foothold; lets me; let me; flood; overwhelm; swamp; jam; way; path; route; everything; keystrokes; deepfake; deep fake; cloned voice; voice clone; fake audio; fake voice; fake video; infected; malicious; stolen; hijacked; phished; shodan; censys;
      zoomeye; scrub; leave something; leave behind
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
      offline; i am attacking; we are attacking; kick me; kick us; people i; people we; spy on; everyone who; inside; break in; our intrusion; our foothold; our victims; access broker; whose data; whose files; whose network; i am just;
      i'm just; only a guest; my customers; my buyers; my clients; threaten*; approve a; discord; telegram; my form; comes to me; come to me; never find*; never know*; never see*;
      not find; alarm; alarms; stays quiet; stay quiet; zero detections; lets through; let through; through; secretly; covertly; looks like; pretend*; pose as; posing as; poses as; impersonat*; claim to; claiming to;
      by calling; out of; compromised; owned; until i; until we; lets me; i want to change; i want to open; i want to stop; i want to raise; set everything;
      i was there; i was in; for stressing; swarm; until it; until they; so that it; on forums; insurer*; clinic*; retailer*; hotel*; municipalit*; town; towns; supplier*;
      law firm*; dentist*; lawyers; doctor*; teenager*; pupils; pensioners; call center*; call centre*; casino*; store; stores; flatmate*; flat mate*; housemate*; room mate*; next door; across the street; upstairs; downstairs; used to work; my targets; noticed us; before they;
      how i got; quietly; silently; discreetly; read along; parents; in the name of; shells; stolen; hijacked; deepfake; deep fake; cloned voice; voice clone; fake audio; fake voice; fake video; how i; knowing
    `),
);
