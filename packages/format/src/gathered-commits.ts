import { prose } from './database-texts.ts';
import { canonicalJson, parseJson } from './json.ts';
import { type BackupId, commitPrefix, parseKey } from './keys.ts';
import { LABEL, parseLabel } from './label.ts';
import { fields, listOf, oneOf, type Shape, text, wrong } from './shape.ts';
import { compressDocument, decompress } from './zstd.ts';

/** Most objects in one, commits and signatures. */
export const GATHERED_MAX = 512;
/** Largest stored one, and largest text of one, bytes. */
export const GATHERED_MAX_BYTES = 4 * 1024 * 1024;

/** Copies of commits and signatures of a name, so that a list needs one request for all of them. */
export interface GatheredCommits {
  readonly version: 1;
  readonly objects: readonly GatheredObject[];
}

export interface GatheredObject {
  /** The last part of its key: `<label>.json` or `<label>.json.sig`. */
  readonly object: string;
  /** All of its bytes. */
  readonly text: string;
}

export const GATHERED_SHAPE: Shape<GatheredCommits> = fields<GatheredCommits>({
  version: oneOf(1),
  objects: listOf(
    fields<GatheredObject>({
      object: text({ pattern: new RegExp(`${LABEL.source.slice(0, -1)}\\.json(\\.sig)?$`) }),
      text: prose,
    }),
    { max: GATHERED_MAX },
  ),
});

const ENDING = '.commits.json.zst';

/** `label`: of the newest backup whose commit is in it. */
export function gatheredKey({ name, label }: BackupId): string {
  return `${commitPrefix(name)}${label}${ENDING}`;
}

/** The name and the label in the key of one; undefined: another object. */
export function parseGatheredKey(key: string): BackupId | undefined {
  if (!key.endsWith(ENDING)) return undefined;
  const { kind, name = '', label = '' } = parseKey(`${key.slice(0, -ENDING.length)}.json`) ?? {};
  return kind === 'commit' && parseLabel(label) !== undefined ? { name, label } : undefined;
}

/** Throws ShapeError for too many bytes, which a reader would refuse. */
export async function writeGatheredCommits(objects: readonly GatheredObject[]): Promise<Uint8Array> {
  const plain = Buffer.from(`${canonicalJson({ version: 1, objects })}\n`, 'utf8');
  if (plain.length > GATHERED_MAX_BYTES) throw wrong('', `has more than ${GATHERED_MAX_BYTES} bytes`);
  return compressDocument(plain);
}

/** Throws for what is damaged: a caller reads the commits themselves then. */
export async function readGatheredCommits(stored: Uint8Array): Promise<readonly GatheredObject[]> {
  const plain = await decompress(stored, { maxBytes: GATHERED_MAX_BYTES });
  return GATHERED_SHAPE(parseJson(plain), '').objects;
}
