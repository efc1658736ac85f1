// Work that is barred for everybody, in English, as data: what is done to what (acts), what tells that it is done to others (signs), and what
// tells that somebody asks for it or only speaks of it. Matched within a few sentences by prohibited.ts; never a topic alone.
import { frame, pattern, type ProhibitedLanguage } from './prohibited-frames.ts';
import {
  MALWARE,
  SOFT_MALWARE,
  DESTRUCTIVE,
  ATTACKERS_OWN,
  FILLERS,
  NOUN_ENDS,
  MAKE,
  DEPLOY,
  SECRETS,
  STEAL,
  TAKE,
  LURES,
  CONTROLS,
  HIDE,
  KEEP,
  PLACES,
  PERSONS,
  INSTITUTIONS,
  IMPERATIVES,
} from './words-of-prohibited.ts';

export const ENGLISH_PROHIBITED: ProhibitedLanguage = {
  signs: {
    /** Who suffers it, said outright. */
    victim: pattern(`
      \\bvictims?(?:'s?)?\\b|\\bstrangers?(?:'s?)?\\b|\\bunsuspecting\\b|\\brandom (?:people|companies|users|servers|strangers)\\b|
      \\b(?:i|we) (?:have )?(?:just )?(?:hacked|broke into|broken into|breached|infected|phished|hijacked)\\b|\\bafter (?:breaking|hacking) into\\b|
      \\b(?:i|we) (?:have )?compromised\\b|\\b(?:people|person|man|woman|ones|company|bank) (?:i|we) (?:am |are )?(?:spy|infect|stalk|attack|hack)(?:ing)?\\b|
      \\b(?:i am|i'm|we are|we're) (?:attacking|hacking|breaking into|going to (?:attack|hack|encrypt|infect|rob|extort))\\b|
      \\bpeople who infect\\b|\\b(?:i|we) (?:have )?got(?:ten)? into\\b|\\bwe(?:'re| are) (?:already )?inside (?:the|their|that|this)\\b|\\bmy targets\\b|\\bbefore they (?:kick|throw|lock|pull)\\b|\\b(?:has|have) noticed us\\b|\\bhow i got (?:in|the)\\b|\\bour (?:break-in|intrusion|foothold|victims)\\b|
      \\baccess broker\\b|\\bwhose (?:data|files|servers|network) (?:we|i) (?:have )?(?:encrypted|stolen|stole|locked|hold)\\b|
      \\b(?:build server|domain|network) (?:i|we) (?:own now|took over|have taken over)\\b|\\bi got into a\\b
    `),
    /** Somebody else, who may know of it. */
    person: pattern(`
      \\b(?:someone|somebody|anybody|anyone)(?: else)?'s\\b|\\b(?:someone|somebody) (?:else|who)\\b|\\bother people(?:'s)?\\b|\\bwhoever\\b|
      \\b(?:my|his|her|a) (?:\\w+ )?${PERSONS}(?:'s?|s'|,)?(?!\\w)|\\b(?:competitor|rival) (?:company|firm|bank|plant)|\\b(?:i|we) used to work\\b|\\b(?:people|man|woman|family|neighbou?rs) (?:next door|across the street|upstairs|downstairs)\\b|
      \\bof (?:my|our|a) (?:${PERSONS})\\b|
      \\b(?:hacked|hijacked) (?:[\\w-]+ )?${PLACES}\\b
    `),
    unauthorised: pattern(`
      \\bwithout (?:[\\w']+ ){0,3}(?:knowledge|knowing|consent|permission|authori[sz]ation)\\b|\\bno (?:permission|authori[sz]ation|consent)\\b|
      \\b(?:nobody|no one) (?:has )?authori[sz]ed\\b|\\bnot authori[sz]ed\\b|\\b(?:is not|isn't) mine\\b|
      \\bi(?:'m| am) (?:just |only )(?:an? )?(?:guest|visitor|customer|tenant|passenger)\\b|
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
      \\bmoney (?:in)?to my\\b|\\b(?:be|get|am being|getting) paid\\b|\\bmy (?:customers|buyers|clients) (?:need|want|use|pay)\\b|\\bthreaten\\w* to (?:publish|leak|release)\\b|\\bapprove a (?:transfer|payment) from (?:his|her|their|the victim)\\b|\\bmine monero\\b
    `),
    mine: pattern(
      `\\bmy (?:own )?(?:${ATTACKERS_OWN}|intrusion)${NOUN_ENDS}|\\bmy tools there unseen\\b|\\b(?:files|tools) (?:that )?i planted\\b`,
    ),
    'to-me': pattern(`
      \\b(?:to|on) (?:my|our) (?:[\\w-]+ ){0,2}(?:server|telegram|bot|mailbox|inbox|c2|discord|webhook|e-?mail|site|page|domain)\\b|
      \\b(?:sends?|mails?|forwards?|uploads?) (?:[\\w-]+ ){1,3}to (?:me|us)\\b|\\b(?:to|into|on) (?:a|the|my|our) (?:discord|telegram) (?:webhook|bot|channel|group)\\b|\\binto my (?:form|site|page)\\b|\\bcomes? to me\\b|\\bso (?:that )?i can (?:collect|use|log|read|sell|hijack|drain|empty)\\b
    `),
    unseen: pattern(`
      \\bfud\\b|\\bundetect(?:ed|able)\\b|\\bunseen\\b|\\bwithout (?:being|getting) (?:detected|caught|noticed|traced|seen|flagged|found)\\b|
      \\bwithout (?:[\\w'-]+ ){1,5}(?:noticing|detecting|finding out)\\b|\\bbefore (?:anyone|anybody|they|someone|somebody) (?:notices?|detects?|finds? out)\\b|
      \\bso (?:that )?(?:[\\w'-]+ ){1,7}(?:can(?:'t|not)|won't|will not|does not|doesn't|do not|don't|never|no longer) (?:\\w+ )?(?:detects?|notices?|finds?|trace|catch(?:es)?|suspect|flags?|attribute)\\b|
      \\bso (?:that )?(?:nobody|no one) (?:can |will |ever )?(?:detects?|notices?|finds?|traces?|catches|sees?)\\b|\\bno (?:antivirus|edr|av|scanner)(?: [\\w'-]+){0,4} (?:can |will |ever )?(?:detects?|flags?|finds?|notices?)\\b|
      \\bcover(?:ing)? (?:my|our) tracks\\b|\\bleav(?:e|ing) no traces?\\b|\\bstay(?:ing)? (?:hidden|undetected|unnoticed|unseen|invisible) in\\b|
      \\b(?:no longer|never) (?:ever )?(?:flags?|finds?|detects?|notices?)\\b|\\bmust not notice\\b|\\b(?:she|he|they|the (?:owner|user|company|parents)) (?:must |will |should |can )?(?:never|not) (?:ever )?(?:finds?|notices?|knows?|sees?|learns?)\\b|
      \\bwithout (?:raising|triggering|setting off) (?:an? |any |the )?alarms?\\b|\\bstays? quiet\\b|\\bzero detections\\b|\\blets? (?:it )?through\\b|\\b(?:secretly|covertly)\\b|\\bcan(?:'t|not) (?:trace|catch|find) (?:me|us)\\b|\\bwrong timeline\\b
    `),
    harm: pattern(`
      \\bas many (?:[\\w-]+ ){1,3}as (?:possible|you can)\\b|\\bdelet(?:e|es|ing) (?:their|all|the) backups\\b|\\b(?:destroys?|wipes?) (?:the|their|all|every) (?:[\\w-]+ ){1,5}of\\b|
      \\b(?:encrypts?|steals?|wipes?) (?:the |all |their |every |its )?(?:files|data|disks?|documents) (?:of|on|from|at)\\b|\\bfor (?:ddos|denial)\\b|
      \\b(?:black ?out|casualties|chaos|disruption)\\b|\\bfor stressing\\b|\\bbig swarm\\b|\\bevery company that installs\\b
    `),
    theft: pattern(`\\b(?:${STEAL}|captur(?:e|es|ing)|collect(?:s|ing)?|grab(?:s|bing)?|enters? (?:her|his|their)|trick(?:s|ing)?)\\b`),
    deceit: pattern(`
      \\blooks? like (?:it )?(?:comes|came|it's|it is|an?) |\\bpretend\\w*|\\bpos(?:e|es|ing) as\\b|\\bimpersonat\\w+|\\bclaim\\w* to be\\b|\\bby calling (?:her|him|them|the)\\b|
      \\binto my (?:form|site|page)\\b|\\bfrom their (?:it|bank|help)\\b
    `),
    hosts: pattern(
      `\\b(?:infected|compromised|hacked|owned|breached) (?:[\\w-]+ ){0,3}(?:hosts?|machines?|computers?|devices?|phones?|servers?|sites?|networks?|laptops?)\\b`,
    ),
    intrude: pattern(
      `\\b(?:until|till|so) (?:that )?(?:i|we)(?:'m| am| are)? (?:get |can get |come )?in\\b|\\b(?:lets?|get|gets|getting) (?:me|us) (?:in|back in|into|back into)\\b`,
    ),
    process: pattern(`\\bi want to (?:change|raise|lower|set|open|close|stop)\\b|\\bset everything\\b`),
    place: pattern(`\\b(?:plcs?|controllers?|firmware|routers?|servers?|networks?|machines?|computers?|phones?|plant)\\b`),
    quietly: pattern(`\\b(?:quietly|silently|discreetly|read along)\\b`),
    parents: pattern(`\\b(?:parents|pupils|members|employees|staff|colleagues) of (?:the|a|that|an)\\b|\\bin the name of\\b`),
    shells: pattern(`\\bshells?\\b|\\bexploit\\w*\\b|\\btake (?:them )?over\\b|\\bcontrol of (?:them|each)\\b`),
    forums: pattern(`\\b(?:on|in) (?:forums|app stores|chat groups|torrents?|warez)\\b`),
    sends: pattern(`\\b(?:goes|go|send|mail|mailed|sent) (?:it |them )?(?:out )?to (?:[\\w-]+ ){1,3}`),
    foreign: pattern(
      `\\b(?:an?|another|that|foreign|their|its|this) (?:[\\w-]+ ){0,3}(?:hospitals?|banks?|utilit(?:y|ies)|ministr(?:y|ies)|governments?|universit(?:y|ies)|railways?|airports?|operators?|schools?|agenc(?:y|ies))(?:'s)?(?= (?:[\\w-]+ ){0,3}${PLACES}|[.,;]|$| (?:and|that|which|to|in))`,
    ),
    internet: pattern(`\\b(?:whole|entire) internet\\b|\\binternet for\\b`),
    outage: pattern(
      `\\bkeep (?:it|them|the [\\w-]+) (?:offline|down)\\b|\\b(?:until|so that) (?:it|they) (?:stops?|crash\\w*|goes? down|falls?|collaps\\w+|no longer)\\b|\\bknock (?:it|them) offline\\b|\\btake (?:it|them) down\\b`,
    ),
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
    frame(
      'credential-theft.deceive',
      `\\b(?:get(?:s|ting)?|trick(?:ing)?|talk(?:ing)?|persuad\\w+|lur\\w+|mak(?:e|es|ing)) (?:[\\w'-]+ ){1,6}(?:type|typing|enter|entering|giv\\w+|reveal\\w*|hand\\w*|shar\\w+|send\\w*|confirm\\w*) (?:[\\w'-]+ ){0,4}${SECRETS}\\b`,
      ['deceit'],
      ['to-me', 'person', 'victim', 'institution'],
    ),
    frame('credential-theft.talk-out', `\\b${SECRETS} out of (?:an?|the|her|him|his|their|them|someone|people)\\b`, ['deceit']),
    frame(
      'credential-theft.stealer',
      `\\b(?:pull|grab|extract|dump|collect|steal|read)(?:s|ing)? (?:[\\w'-]+ ){0,4}(?:cookies|log-?ins|passwords|credentials|tokens|wallets)\\b`,
      ['hosts', 'victim'],
      ['to-me', 'gain'],
    ),
    frame(
      'credential-theft.relay',
      `\\b(?:relay|intercept|bypass|defeat|phish) (?:[\\w'-]+ ){0,4}(?:push notifications?|one-time codes?|mfa|2fa|otps?)\\b`,
      ['gain', 'victim', 'unauthorised'],
    ),
    frame(
      'credential-theft.stuffing',
      `\\b(?:leaked|stolen|breached) (?:passwords?|credentials?|log-?ins?)(?: lists?)? (?:against|on|at)\\b`,
      ['intrude', 'unauthorised'],
    ),
    frame(
      'credential-theft.log-keys',
      `\\b(?:log|record|captur|read)(?:e?s|ing)? (?:everything|all|every key\\w*|keystrokes|whatever)(?: [\\w'-]+){0,4} (?:types?|writes?|enters?|typing)\\b`,
      ['unauthorised', 'unseen', 'person'],
      ['unauthorised', 'unseen'],
    ),
    frame('credential-theft.read-along', `\\b(?:get me|get into|open|read) (?:the |his |her |their )?mailbox(?:es)? of\\b`, [
      'quietly',
      'unseen',
      'unauthorised',
    ]),
    frame('credential-theft.spy', `\\b(?:messages|codes|passwords|photos|location|calls|chats) (?:[\\w'-]+ ){0,4}comes? to me\\b`, [
      'unseen',
      'unauthorised',
    ]),
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
      'malware-deployment.encrypt',
      `\\bencrypt (?:their|her|his|its|all (?:of )?their|the victim's) (?:[\\w-]+ ){0,4}(?:servers?|files?|hosts?|backups?|machines?|data|shares?|vms?|network)\\b`,
      ['victim', 'gain', 'unauthorised'],
    ),
    frame('malware-deployment.double-extort', `\\b(?:threaten\\w* to (?:publish|leak|release)|negotiat\\w+ with)\\b`, ['victim'], ['gain']),
    frame(
      'malware-deployment.self-spread',
      `\\b(?:self-(?:propagating|replicating|spreading)|jumps? from|spreads? (?:itself )?from|hops? from)\\b`,
      ['harm', 'gain', 'victim'],
    ),
    frame(
      'malware-deployment.inside',
      `\\b(?:apk|app|game|installer|extension|document|attachment|archive|invoice)s? (?:[\\w-]+ ){0,6}with (?:[\\w-]+ )?(?:spyware|malware|ransomware|an? stealer|an? trojan|an? keylogger|an? backdoor)\\b`,
      ['institution', 'victim', 'forums'],
    ),
    frame(
      'malware-deployment.send',
      `\\b(?:mail|send|mass-mail|e-mail|post|forward) (?:this|the|my|these|an?) (?:infected|malicious|weaponi[sz]ed|booby-trapped) (?:[\\w-]+ ){1,3}to\\b`,
      ['institution', 'person', 'victim', 'gain', 'parents'],
    ),
    frame(
      'malware-deployment.voice',
      `\\b(?:deep-?fake|cloned voice|voice clone|fake (?:audio|voice|video))(?: [\\w'-]+){0,10} (?:tells?|orders?|asks?|instructs?|persuades?) (?:[\\w'-]+ ){1,4}to (?:wire|transfer|pay|send|approve)\\b`,
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
      'stealth.caught',
      `\\bmy (?:[\\w-]+ )?${ATTACKERS_OWN} (?:[\\w-]+ ){0,2}(?:caught|detected|flagged|blocked|quarantined|found)\\b`,
      ['mine', 'victim', 'target', 'gain'],
    ),
    frame(
      'stealth.reconstruct',
      `\\b(?:scrub|wipe|clean|erase|clear) (?:[\\w'-]+ ){1,6}(?:so that|so|until) (?:nobody|no one|they|the owner) (?:can |could )?(?:[\\w'-]+ ){0,3}(?:how i|me|us)\\b`,
    ),
    frame(
      'stealth.make',
      `\\b${MAKE} ${FILLERS}${MALWARE}${NOUN_ENDS}`,
      ['unseen'],
      ['victim', 'gain', 'mine', 'institution', 'target', 'harm'],
    ),
    frame(
      'stealth.modify',
      `\\b(?:modify|change|pack|rewrite|turn|obfuscate|adapt|encode|tweak|encrypt|make) (?:this|the|my|our|it)\\b(?: [\\w'-]+){0,5}? (?:stealer|c2 agent|agent|payload|dll|malware|loader|implant|rat|trojan|ransomware|macro|binary|executable|beacon|dropper)\\b`,
      ['unseen'],
      ['victim', 'gain', 'mine', 'sends'],
    ),
    frame(
      'stealth.evidence',
      `\\b(?:get rid of|remove|destroy|delete|wipe|erase) (?:[\\w'-]+ ){0,6}(?:shows?|proves?|that|where) (?:[\\w'-]+ ){0,2}(?:i was (?:there|in|inside|on)|i did it)\\b`,
    ),
    frame(
      'stealth.their-controls',
      `\\b${HIDE} their (?:[\\w-]+ )?(?:logging|logs|edr|antivirus|monitoring|alerting|defender|siem)\\b`,
      ['victim', 'unseen'],
      ['victim', 'unauthorised', 'mine'],
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
      'persistence.outlive',
      `\\b(?:our|my) (?:[\\w-]+ ){0,2}(?:foothold|access|shell|implant|backdoor)\\b(?: [\\w'-]+){0,6} (?:outlives?|survives?|respawns?|stays?|remains?|comes? back)\\b`,
      ['victim', 'hosts', 'unauthorised'],
    ),
    frame(
      'persistence.leave-behind',
      `\\b(?:leave|plant|hide|drop) (?:something|anything|a \\w+) (?:[\\w'-]+ ){0,4}(?:that )?(?:opens?|lets?|gets?|gives?)\\b`,
      ['victim', 'unauthorised', 'unseen'],
    ),
    frame('persistence.way-back', `\\blets? me back (?:in|into)\\b`, ['deceit', 'victim', 'unauthorised', 'person']),
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
      'third-party-exploitation.stolen-account',
      `\\buse (?:the|a|this|his|her|these|those) (?:stolen|hijacked|hacked|phished) (?:[\\w-]+ ){0,3}(?:accounts?|log-?ins?|passwords?|sessions?|cookies?|tokens?|credentials?)\\b(?: [\\w'-]+){0,6} (?:to|and) (?:look|log|read|get|access|open|transfer|download|sign|enter|pay|order)\\b`,
    ),
    frame(
      'third-party-exploitation.all-hosts',
      `\\b(?:all|every) (?:the )?(?:hosts?|servers?|systems?|ips?|devices?|address(?:es)?|results?) (?:that |from |in |on |which )?(?:shodan|censys|zoomeye|fofa)\\b`,
      ['shells'],
    ),
    frame(
      'third-party-exploitation.flood',
      `\\b(?:flood|overwhelm|swamp|jam) (?:[\\w'-]+ ){0,6}with (?:[\\w-]+ )?(?:traffic|requests|calls|packets|connections)\\b`,
      ['outage'],
    ),
    frame(
      'third-party-exploitation.way-in',
      `\\b(?:way|path|route) (?:in|into|from) (?:[\\w'-]+ ){0,9}(?:systems?|networks?|servers?|utility|plant|controllers?)\\b`,
      ['unauthorised', 'process', 'gain'],
      ['institution', 'unauthorised'],
    ),
    frame(
      'third-party-exploitation.shell-on-each',
      `\\b(?:opens?|gets?|spawns?|drops?) (?:me )?an? (?:reverse )?shell on (?:each|every|all|them)\\b`,
      ['victim', 'unauthorised', 'person'],
    ),
    frame(
      'third-party-exploitation.default-password',
      `\\blog in(?: to|to) (?:[\\w'-]+ ){0,8}with (?:the )?(?:default|leaked|stolen|factory) (?:passwords?|credentials?)\\b`,
      ['process'],
      ['institution', 'foreign'],
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
