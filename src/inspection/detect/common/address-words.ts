// Words of street addresses in the languages that write them with Latin letters. Data only.

/** Postcodes of the Royal Mail: area and district, a space that people forget, sector and unit. */
export const UK_POSTCODE =
  '(?:GIR ?0AA|(?:[A-PR-UWYZ][0-9][0-9A-HJKPSTUW]?|[A-PR-UWYZ][A-HK-Y][0-9][0-9ABEHMNPRVWXY]?) ?[0-9][ABD-HJLNP-UW-Z]{2})';

/** Of the US, its territories and its forces' post. */
export const US_STATES =
  '(?:A[LKSZRPAE]|C[AOT]|D[EC]|F[LM]|G[AU]|HI|I[DLNA]|K[SY]|LA|M[EHDAINSOTP]|N[EVHJMYCD]|O[HKR]|P[WAR]|RI|S[CD]|T[NX]|UT|V[TIA]|W[AVIY]|' +
  'Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|' +
  'Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|' +
  'New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|' +
  'Virginia|Washington|West Virginia|Wisconsin|Wyoming)';

/** In English the word comes last: `12 Main Street`. */
export const STRONG_SUFFIXES = [
  'street',
  'avenue',
  'road',
  'lane',
  'boulevard',
  'blvd',
  'highway',
  'parkway',
  'pkwy',
  'terrace',
  'crescent',
  'turnpike',
  'rd',
  'ave',
  'hwy',
];
/** Words of other meanings: only with a unit, a town or a word about addresses. */
export const WEAK_SUFFIXES = [
  'st',
  'ln',
  'dr',
  'drive',
  'ct',
  'court',
  'way',
  'pl',
  'place',
  'sq',
  'square',
  'circle',
  'cir',
  'trail',
  'trl',
  'close',
  'gardens',
  'grove',
  'mews',
  'hill',
  'row',
  'walk',
  'park',
  'plaza',
  'loop',
  'run',
  'path',
  'pass',
  'point',
  'ridge',
  'view',
  'green',
  'island',
  'junction',
];

/** The word is the end of the name: `Hauptstraße 12`. */
export const JOINED_STRONG = ['straße', 'strasse', 'str.', 'straat', 'gracht', 'gatan', 'vägen', 'gasse', 'katu', 'utca', 'gade'];
export const JOINED_WEAK = ['platz', 'weg', 'allee', 'laan', 'plein', 'vej', 'tie', 'steenweg'];

/** The word comes first and the number last: `Via Roma 12`. */
export const LEADING_WORDS = [
  'via ',
  'viale ',
  'piazza ',
  'corso ',
  'calle ',
  'avenida ',
  'avda. ',
  'plaza ',
  'paseo ',
  'rua ',
  'praça ',
  'ul. ',
  'ulica ',
  'strada ',
];

/** The number comes first, the word second: `12 rue de la Paix`. */
export const FRENCH_WORDS = ['rue ', 'avenue ', 'boulevard ', 'chemin ', 'impasse ', 'quai ', 'allée ', 'route '];

/** Somebody speaks of an address. */
export const ADDRESS_CONTEXT =
  /(?:\baddress|\blives?\b|\bliving\b|\blived\b|\bresid(?:e|es|ed|ing|ence)\b|\blocated\b|\bship(?:ped|ping)? to\b|\bdeliver(?:ed|y)?\b|\bmail(?:ing)? to\b|\bmoved to\b|\bbilling\b|\boffice (?:is )?at\b|\bhome (?:is )?at\b|\bstreet:|\badresse|\bdirección|\bindirizzo|\btaxi to\b|\bmeet (?:me |us )?at\b|\breturn to\b|\bsend (?:it |them )?to\b)[^\n]{0,60}$/;
export const ADDRESS_HINT =
  /^(?:(?:home|street|billing|shipping|mailing|postal|residential|work|office|full)?address(?:line)?[0-9]?|street|streetname|addr[0-9]?)$/;
