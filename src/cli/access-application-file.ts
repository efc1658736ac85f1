// An application in a YAML file: the form as the checkpoint takes it, and documents named by their path, which are attached on the way.
// What a field may hold is the checkpoint's to say.
import { basename, dirname, extname, resolve } from 'node:path';
import { z } from 'zod';
import { readBytes, readYaml } from './access-input.ts';
import { usageError } from './failure.ts';

const MOST_DOCUMENT_BYTES = 5 * 1024 * 1024;
const MOST_DOCUMENTS = 20;

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.txt': 'text/plain',
};

export interface Document {
  readonly fileName: string;
  readonly mediaType: string;
  readonly content: Buffer;
}

/** Throws `usage` for what applications do not take. */
export function readDocument(path: string): Document {
  const mediaType = MEDIA_TYPES[extname(path).toLowerCase()];
  if (mediaType === undefined) throw usageError(`${path} is not taken`, `Documents are ${Object.keys(MEDIA_TYPES).join(', ')}.`);
  return { fileName: basename(path), mediaType, content: readBytes(path, MOST_DOCUMENT_BYTES) };
}

const fileSchema = z.looseObject({
  targets: z.array(z.looseObject({ proof: z.looseObject({ file: z.string().optional() }).optional() })).optional(),
});

export interface ApplicationFile {
  /** Absolute paths of the documents that its proofs name, each once. */
  readonly documents: readonly string[];
  /** The form; `idOf` says under which id a document was attached, undefined: not yet. */
  form(idOf: (path: string) => string | undefined): object;
}

/** Without what is empty: a template that is filled in halfway is a draft, and not a form with faults. */
function filledIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, filledIn(member)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== null && member !== ''));
}

/** `proof.file` of a target is a path, relative to the file; on the way it becomes `proof.evidence`. */
export function readApplicationFile(path: string): ApplicationFile {
  const read = fileSchema.safeParse(filledIn(readYaml(path)));
  if (!read.success) throw usageError(`${path} holds no application`, '`sekisho access form --template` shows one.');
  const { targets } = read.data;
  const absolute = (file: string): string => resolve(dirname(path), file);
  const documents = [...new Set(targets?.flatMap(({ proof }) => (proof?.file === undefined ? [] : [absolute(proof.file)])))];
  if (documents.length > MOST_DOCUMENTS) throw usageError(`${path} names ${documents.length} documents; at most ${MOST_DOCUMENTS}`);
  return {
    documents,
    form: (idOf) => ({
      ...read.data,
      ...(targets === undefined
        ? {}
        : {
            targets: targets.map((target) => {
              if (target.proof?.file === undefined) return target;
              const { file, ...proof } = target.proof;
              const evidence = idOf(absolute(file));
              return { ...target, proof: evidence === undefined ? proof : { ...proof, evidence } };
            }),
          }),
    }),
  };
}
