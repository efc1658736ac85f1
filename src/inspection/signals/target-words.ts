// Data for targets.ts: which endings make a dotted name a host, and which hosts hold repositories.

/** Generic and reserved top-level domains in use, and the ends that internal networks use. Ends that are common file extensions are not here. */
const GENERIC =
  'com net org info biz edu gov mil int arpa name pro dev app cloud online site xyz tech store shop blog io ai co me tv cc onion example test invalid localhost local internal corp lan intra intranet home localdomain private tokyo osaka nagoya kyoto';

/** Country codes (ISO 3166 as delegated). Those that are also words of English or endings of files count only behind three labels. */
const COUNTRIES =
  'ac ad ae af ag al ao aq ar at au aw ax az ba bb bd bf bg bh bi bj bm bn bo br bs bt bw by bz ca cd cf cg ch ci ck cl cm cn cr cu cv cw cx cy cz de dj dk dm dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gt gu gw gy hk hm hn hr ht hu id ie il im iq ir je jm jo jp ke kg kh ki km kn kp kr kw ky kz lb lc li lk lr ls lt lu lv mc mg mh mk mm mn mo mp mq mr mu mv mw mx mz nc ne nf ng ni nl np nr nu nz om pa pe pf ph pk pn pr pt pw qa re ro ru sa sb sc sd se sg si sk sl sm sn sr st su sv sx sy sz tc td tf tg tj tk tl tm tn to tr tt tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw';

const AMBIGUOUS = 'at us by am la ms ly info test app dev local private pro int to mm store blog site online mil';
const CODE = 'id name me is in as be do it py rs sh so ps pm md ml my no mov zip pl ws va sc bz gz';

export const TOP_LEVEL: ReadonlySet<string> = new Set([...GENERIC.split(' '), ...COUNTRIES.split(' ')]);
/** Hosts only with three labels or more: `config.test` is a file. */
export const AMBIGUOUS_TOP_LEVEL: ReadonlySet<string> = new Set(AMBIGUOUS.split(' '));
/** Members and extensions of code first: hosts only below a registry's second level, as in `co.in`. */
export const CODE_TOP_LEVEL: ReadonlySet<string> = new Set(CODE.split(' '));
export const SECOND_LEVEL: ReadonlySet<string> = new Set('co com or ac go gov net org edu gob'.split(' '));

export const FORGES: ReadonlySet<string> = new Set(
  'github.com www.github.com raw.githubusercontent.com gist.github.com api.github.com gitlab.com bitbucket.org codeberg.org git.sr.ht dev.azure.com huggingface.co gitee.com'.split(
    ' ',
  ),
);

/** First parts of paths on a forge that are no owner. */
export const NO_OWNER: ReadonlySet<string> = new Set(
  'features about pricing topics trending explore login join search settings marketplace sponsors orgs users repos notifications security enterprise'.split(
    ' ',
  ),
);
