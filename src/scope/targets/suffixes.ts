// Last labels by which a dotted word is taken for a name of a host, where nothing else says what it is. Data only.

const COUNTRIES =
  'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn ' +
  'co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy ' +
  'hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me ' +
  'mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa ' +
  're ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us ' +
  'uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw';

const GENERIC =
  'com net org edu gov mil int arpa info biz name pro aero coop museum jobs mobi travel tel cat asia post xxx app dev page web site online ' +
  'store shop blog cloud tech xyz top club space website live life world today news media digital agency company solutions services systems ' +
  'network technology software zone host hosting domains email support academy center computer data download click link win bid loan men vip ' +
  'work works team group social chat games game fun party rocks ninja guru expert design studio art photo photos video tube music film tv ' +
  'bank finance financial money credit insurance capital fund market markets trade trading exchange global international foundation ' +
  'institute university school college education health healthcare hospital clinic dental care energy solar industries engineering ' +
  'construction build tools equipment supply parts auto cars bike taxi delivery express cafe restaurant pizza bar pub wine beer hotel ' +
  'holiday tours voyage flights city town place land house homes property estate rent security protection legal law lawyer attorney tax ' +
  'tokyo osaka nagoya kyoto yokohama okinawa ryukyu london paris berlin nyc amsterdam wien moscow google goog amazon aws azure microsoft ' +
  'apple icu buzz monster quest cyou cfd sbs rest bond lol wtf cam ink one red blue green black pink kim lat ltd llc inc gmbh limited ' +
  'ventures partners holdings management consulting marketing directory report reviews review science zip mov nexus foo bot ooo run fyi';

const INTERNAL =
  'local localdomain localhost internal intranet intra corp lan home private priv test example invalid onion alt ad domain dc plant factory ' +
  'office prod stg svc cluster consul mgmt ot scada';

export const HOST_SUFFIXES: ReadonlySet<string> = new Set(`${COUNTRIES} ${GENERIC} ${INTERNAL}`.split(' '));

/** Endings that files have at least as often; a bare word with one of them is taken for a file. */
export const FILE_SUFFIXES: ReadonlySet<string> = new Set(
  (
    'py rs sh md pl pm cc so in am ac la tf mk ps zip mov ai app bash c h hpp cpp cs css csv dat db dll doc docx env erl ex exe exs go gz htm ' +
    'html hs ini ipynb jar java jpeg jpg js json jsonl jsx key kt lock log lua m4 map mjs cjs msi o ods odt orig out patch pcap pcapng pdf pem ' +
    'php png ppt pptx ps1 psd1 psm1 r rb rpm rtf scala service socket sql sqlite svg swift tar tex tgz timer toml ts tsx txt vue wasm xls ' +
    'xlsx xml xz yaml yml zst bz2 7z deb rules cfg conf cnf crt cer csr der p12 pfx bak tmp old new diff gitignore dockerfile evtx yar yara ' +
    'bin img iso elf ko a class dylib lib obj pdb asm s nse rc tpl j2 jinja2 hcl tfvars tfstate sum mod'
  ).split(' '),
);
