// How much a value looks like chance and how much like words. Pure measures: what follows from them is for the matchers to say.

/** Beyond this, more text does not change the verdict. */
const MEASURED = 256;

const counts = new Uint16Array(128);

/** Shannon entropy in bits per character, of the first 256 characters. */
export function entropyOf(text: string): number {
  const length = Math.min(text.length, MEASURED);
  if (length === 0) return 0;
  counts.fill(0);
  for (let at = 0; at < length; at++) counts[text.charCodeAt(at) & 127]!++;
  let entropy = 0;
  for (const count of counts) {
    if (count === 0) continue;
    const share = count / length;
    entropy -= share * Math.log2(share);
  }
  return entropy;
}

/** The commonest pairs of letters in English and in names of programs. Two letters by chance are one of them in one case of six. */
const PAIRS =
  'th he in er an re nd on en at ou ed ha to or it is hi es ng as ar se st ti te al le nt ro ic li ri co me de ve io ra ca el ne ma ce ll ' +
  'la si ur om us ec tr ta di ho ot ut ol ch pe no ss ac ge pr lo et so em ea sh wa po rs as ee tt op id am ad pa ex un ul su mp ct mo ns ' +
  'sp ke oo ay ly rd ai im ev sa ty fo do ow ck be we bl ag ap ab ev ie ow pl ir fi cl gr ds ts ue wo ak mi da ef fe nc tu rt ey';
const COMMON = new Uint8Array(26 * 26);
for (const pair of PAIRS.split(' ')) COMMON[(pair.charCodeAt(0) - 97) * 26 + pair.charCodeAt(1) - 97] = 1;

function letterAt(text: string, at: number): number {
  const code = text.charCodeAt(at) | 32;
  return code >= 97 && code <= 122 && text.charCodeAt(at) < 128 ? code - 97 : -1;
}

/** Share of pairs of neighbouring letters that are common in words: about 0.2 in keys, 0.6 and more in words. 0 without pairs. */
export function wordiness(text: string): number {
  let pairs = 0;
  let common = 0;
  const length = Math.min(text.length, MEASURED);
  for (let at = 1; at < length; at++) {
    const first = letterAt(text, at - 1);
    const second = letterAt(text, at);
    if (first < 0 || second < 0) continue;
    pairs++;
    common += COMMON[first * 26 + second]!;
  }
  return pairs === 0 ? 0 : common / pairs;
}

export interface Classes {
  readonly lower: number;
  readonly upper: number;
  readonly digits: number;
  /** Everything else. */
  readonly others: number;
}

export function classesOf(text: string): Classes {
  let lower = 0;
  let upper = 0;
  let digits = 0;
  const length = Math.min(text.length, MEASURED);
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 97 && code <= 122) lower++;
    else if (code >= 65 && code <= 90) upper++;
    else if (code >= 48 && code <= 57) digits++;
  }
  return { lower, upper, digits, others: length - lower - upper - digits };
}

/** Lengths of the longest stretch that counts or repeats, such as `abcdef`, `123456`, `aaaa`: typed by a person, not drawn. */
export function longestSequence(text: string): number {
  let longest = 1;
  let run = 1;
  let step = 2;
  const length = Math.min(text.length, MEASURED);
  for (let at = 1; at < length; at++) {
    const now = text.charCodeAt(at) - text.charCodeAt(at - 1);
    run = now === step && now >= -1 && now <= 1 ? run + 1 : now >= -1 && now <= 1 ? 2 : 1;
    step = now;
    if (run > longest) longest = run;
  }
  return longest;
}

/** True for what a generator draws: enough different characters for its length, letters and digits mixed, no words. */
export function looksRandom(text: string): boolean {
  const length = Math.min(text.length, MEASURED);
  if (length < 12) return false;
  const { lower, upper, digits } = classesOf(text);
  const letters = lower + upper;
  if (letters + digits < length * 0.75 || letters < 2) return false;
  const entropy = entropyOf(text);
  if (entropy < Math.min(3.2, Math.log2(length) * 0.75)) return false;
  if (longestSequence(text) >= Math.max(6, length / 3)) return false;
  const words = wordiness(text);
  if (digits >= 2) return words < 0.5 || digits >= length / 4;
  // Without digits it takes more: capitals in the middle and pairs that no word has.
  return length >= 16 && words < 0.33 && (digits > 0 || (upper > length / 6 && lower > length / 6));
}
