// Documents that are attached to applications: which are taken, and that they are what they claim. Reads none of them.
import { createHash } from 'node:crypto';
import { ok, type Result } from '#kernel';
import { EVIDENCE_MEDIA_TYPES, MOST_EVIDENCE_BYTES } from './limits.ts';
import type { ActRefusal, Evidence } from './model.ts';
import { lineSchema } from './form-schema.ts';
import { refuse } from './separation.ts';

const LONGEST_FILE_NAME = 150;

export interface GivenEvidence {
  readonly fileName: string;
  /** As the client says; parameters such as a charset are ignored. */
  readonly mediaType: string;
  readonly content: Uint8Array;
}

export function readEvidence(given: GivenEvidence): Result<Omit<Evidence, 'id' | 'by' | 'name' | 'atMs'>, ActRefusal> {
  const { content } = given;
  const mediaType = given.mediaType.split(';', 1)[0]!.trim().toLowerCase();
  if (content.length === 0 || content.length > MOST_EVIDENCE_BYTES) {
    return unacceptable(`A document has 1 to ${MOST_EVIDENCE_BYTES} bytes.`);
  }
  if (!EVIDENCE_MEDIA_TYPES.includes(mediaType)) return unacceptable('Documents of this media type are not taken.');
  if (!isWhatItClaims(mediaType, Buffer.from(content.buffer, content.byteOffset, content.length))) {
    return unacceptable(`The bytes are not ${mediaType}.`);
  }
  const fileName = lineSchema(LONGEST_FILE_NAME).safeParse(given.fileName.split(/[\\/]/).at(-1));
  if (!fileName.success || fileName.data === '') return unacceptable(`A file name is one line of 1 to ${LONGEST_FILE_NAME} characters.`);
  return ok({ fileName: fileName.data, mediaType, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') });
}

/** Whatever a browser would make of the bytes later, they are no web page that calls itself a picture. */
function isWhatItClaims(mediaType: string, content: Buffer): boolean {
  switch (mediaType) {
    case 'application/pdf':
      return content.subarray(0, 5).toString('latin1') === '%PDF-';
    case 'image/png':
      return content.subarray(0, 8).toString('hex') === '89504e470d0a1a0a';
    case 'image/jpeg':
      return content.subarray(0, 3).toString('hex') === 'ffd8ff';
    case 'text/plain':
      return isText(content);
    default:
      return false;
  }
}

function isText(content: Buffer): boolean {
  try {
    return !new TextDecoder('utf-8', { fatal: true }).decode(content).includes('\0');
  } catch {
    return false;
  }
}

function unacceptable(reason: string) {
  return refuse('evidence-unacceptable', reason, `Attach a document of ${EVIDENCE_MEDIA_TYPES.join(', ')}.`);
}
