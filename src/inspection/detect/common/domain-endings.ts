// Endings of names: top-level domains, endings that only an internal network has, and endings of files that look like domains. Data only.

/** Country codes of the root zone (IANA), November 2026. */
const COUNTRY_ENDINGS =
  'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw by bz ca cc cd cf cg ch ci ck cl cm ' +
  'cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw ' +
  'gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md ' +
  'me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py ' +
  'qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug ' +
  'uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw';

/** Generic ones that are met in practice; a name in a URL or an e-mail address may have any other. */
const GENERIC_ENDINGS =
  'com net org edu gov mil int arpa info biz name pro aero asia cat coop jobs mobi museum post tel travel xxx academy agency app art bank bar ' +
  'best bet bid blog business buzz cafe capital cards care careers cash center chat church city cloud club coach codes coffee community company ' +
  'computer consulting dating deals delivery dental dev digital direct directory download education email energy engineering events exchange ' +
  'expert express family fan farm fashion finance financial fit fun fund fyi gallery game games global gold group guru health help host hosting ' +
  'house icu ink institute insurance international investments kitchen land law legal life link live loan lol ltd management market marketing ' +
  'media men mom money monster moscow network news ninja nyc one online page partners parts party photo photography pics pizza plus press ' +
  'productions properties pub quest racing red rent rentals report reviews rip rocks run sale school science security services sex shop ' +
  'shopping show site ski social software solutions space store stream studio support surf systems tax team tech technology tips tokyo tools top ' +
  'town toys trade training tube university vegas ventures goog vin vip vote wang watch webcam website wiki win wine work works world wtf xyz yoga ' +
  'zip zone osaka kyoto nagoya yokohama okinawa ryukyu berlin london paris amsterdam brussels wien swiss koeln hamburg google amazon aws microsoft';

const TOP_LEVEL = new Set(`${COUNTRY_ENDINGS} ${GENERIC_ENDINGS}`.split(' '));

/** Also names of files, members of objects and words: a domain only in a URL or where a word says so. */
const AMBIGUOUS = new Set(
  (
    'ac ad ae ag ai al am app ar arpa art as at aws bar best bid blog bn bs buzz by cards care cash cat cc cd center cf chat ci city ck cl club co ' +
    'codes community company computer cs cx date deals delivery dev digital direct directory do download education email es events exchange ' +
    'expert express family fan farm fit fm fn fun fund game games gd ge global gm go gold google group gs gt help host hosting house hr ht id ie ' +
    'il im in info ink int io ip iq is it je jobs km kn la land lc legal li life link live loan lol ls lt ma management map market mc md me media ' +
    'men mg microsoft mk ml mm mn mo mobi money ms mt mu mx my name ne network news ng ni no np nr one online page parts party pa pe pf ph photo pics pl plus ' +
    'pm post pr press pro ps pt pub py quest racing re red rent report reviews rip rs run rw sale sb sc school science sd se security services sg ' +
    'sh shop show si site sk sl sm sn so social software space sr ss st store stream studio su support sv sx sy systems tax tc td team tech tel tf ' +
    'th tips tk tl tm tn to tools top tr trade training travel tt tube tv us va vc vi vin vip vote vu watch wf win work works world ws xxx zip zone'
  ).split(' '),
);

/**
 * Endings that no public name has: RFC 6762 (`local`, and appendix G), RFC 8375 (`home.arpa`), ICANN's reservation of `internal` (2024), and
 * the customary ones. `test` (RFC 6761) names nothing public either, but something in a laboratory. `example`, `invalid`, `localhost`
 * (RFC 6761) name nothing that could be told.
 */
const INTERNAL = new Set('local internal corp lan intra intranet localdomain private home test'.split(' '));

/** Of these, those that are also names of members and packages in programs: `java.home`, `jdk.internal`, `pattern.test`. */
const INTERNAL_AMBIGUOUS = new Set('internal private home test local'.split(' '));

/** Endings of files that are no top-level domain but look like one. */
export const FILE_ENDINGS: ReadonlySet<string> = new Set(
  (
    'bin bmp c cfg class conf config cpp css csv dat db dll doc docx dylib eot evtx exe gif go gz h hpp htm html ico ini jar java jpeg jpg js json ' +
    'jsonl jsx key kt lock log lua map mjs mp3 mp4 msi otf pcap pdf pem php png ppt pptx ps1 psd psm1 rb rpm scss service socket sql svg swift sys ' +
    'tar tgz tif tiff tmp toml ts tsx ttf txt vbs vue wasm wav webm webp woff woff2 xls xlsx xml yaml yml'
  ).split(' '),
);

export type Ending = 'public' | 'ambiguous' | 'internal' | 'internal-ambiguous' | 'unknown';

export function isTopLevelDomain(ending: string): boolean {
  return TOP_LEVEL.has(ending) || ending.startsWith('xn--');
}

/** What the last label of a name in lower case says. */
export function endingOf(name: string): Ending {
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (name.endsWith('.home.arpa')) return 'internal';
  if (INTERNAL.has(last)) return INTERNAL_AMBIGUOUS.has(last) ? 'internal-ambiguous' : 'internal';
  if (!isTopLevelDomain(last)) return 'unknown';
  return AMBIGUOUS.has(last) ? 'ambiguous' : 'public';
}
