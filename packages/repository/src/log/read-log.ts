import { type Author, isBackuperError, mapConcurrently } from '@postgres-backuper/base';
import { logPrefix, parseJson, parseLogKey, SAID_SHAPE, type Said, ShapeError } from '@postgres-backuper/format';
import { atMost, RECORDS_MAX } from '../backups/at-most.ts';
import { bearsSignature, RECORD_MAX_BYTES } from '../backups/proven-records.ts';
import { readRecords } from '../backups/records.ts';
import { saysDamaged } from '../read/damage.ts';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { detailsText } from './details-text.ts';

/** Entries read at once. */
const CONCURRENCY = 16;

/** Something that happened to the backups of a name, from the log or from the records beside the backups. */
export interface Happened {
  readonly name: string;
  /** When, by the clock of who wrote it: milliseconds since 1970. */
  readonly at: number;
  /** As in its key. */
  readonly kind: string;
  readonly labels: readonly string[];
  /** What was done and why. */
  readonly texts: readonly string[];
  readonly by: Author;
  /** Whether the trusted signer signed it; null: there is no trusted signer. */
  readonly signed: boolean | null;
}

export interface LogRequest extends CallOptions {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Whether such a kind is wanted. */
  readonly wanted: (kind: string) => boolean;
  /** Most entries, the newest. */
  readonly limit: number;
}

/** What happened, newest first, and how many older entries there are. */
interface Log {
  readonly entries: readonly Happened[];
  readonly older: number;
}

/**
 * The log of a name: two listings, and one object read for each entry that is returned. An object that cannot be read is
 * an entry without texts. Errors: storage-unsafe for too many; those of the storage.
 */
export async function readLog(request: LogRequest, repository: Repository): Promise<Log> {
  const { name, since, wanted, limit, signal } = request;
  const found = await keysOf(name, repository, { signal });
  const asked = found.filter(({ at, kind }) => at >= since && wanted(kind)).toSorted((a, b) => b.at - a.at);
  const entries = await mapConcurrently(asked.slice(0, limit), CONCURRENCY, (one) =>
    readOne(one, repository, { signal }),
  );
  return { entries: entries.filter((one) => one !== undefined), older: Math.max(0, asked.length - limit) };
}

interface Keyed {
  readonly key: string;
  readonly name: string;
  readonly at: number;
  readonly kind: string;
  readonly label?: string;
}

async function keysOf(name: string, repository: Repository, options: CallOptions): Promise<readonly Keyed[]> {
  const where = logPrefix(name);
  const entries: Keyed[] = [];
  const listed = repository.storage.list(where, options);
  for await (const { key } of atMost(listed, { max: RECORDS_MAX, what: 'entries', where })) {
    const entry = parseLogKey(key);
    if (entry?.name === name) entries.push(entry);
  }
  const records = await readRecords({ name, ...options }, repository);
  return [...entries, ...[...records.values()].flat()];
}

async function readOne(
  { key, name, at, kind, label }: Keyed,
  { storage, trusted }: Repository,
  options: CallOptions,
): Promise<Happened | undefined> {
  const [body, isThere] = await readBody(key, { storage, options });
  if (!isThere) return undefined;
  const said = shapeOf(body);
  const isSame = said?.at === new Date(at).toISOString();
  const {
    labels = [],
    texts = asTexts(isSame ? detailsText(body) : undefined),
    by = {},
  } = (isSame ? said : undefined) ?? {};
  const signed =
    trusted === undefined ? null : isSame && isOf(body, { kind, name, label }) && (await bearsSignature(body, trusted));
  return { name, at, kind, labels: label === undefined ? labels : [label], texts, by, signed };
}

function asTexts(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [text];
}

/** The document, and whether the object is there: with a backup its records go. */
async function readBody(
  key: string,
  { storage, options }: { readonly storage: Repository['storage']; readonly options: CallOptions },
): Promise<readonly [body: object, isThere: boolean]> {
  try {
    const body = parseJson(await storage.get(key, { maxBytes: RECORD_MAX_BYTES, ...options }));
    return [typeof body === 'object' && body !== null ? body : {}, true];
  } catch (error) {
    if (isBackuperError(error, 'object-missing')) return [{}, false];
    if (error instanceof SyntaxError || error instanceof TypeError) return [{}, true];
    if (saysDamaged(error) || isBackuperError(error, 'storage-unsafe', 'object-too-large')) return [{}, true];
    throw error;
  }
}

function shapeOf(body: object): Said | undefined {
  try {
    return SAID_SHAPE(body, '');
  } catch (error) {
    if (error instanceof ShapeError) return undefined;
    throw error;
  }
}

/** An entry that was copied to another key says nothing. */
function isOf(body: object, expected: { kind: string; name: string; label: string | undefined }): boolean {
  const said = body as Readonly<Record<string, unknown>>;
  return said.kind === expected.kind && said.name === expected.name && said.label === expected.label;
}
