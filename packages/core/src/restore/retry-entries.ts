import type { Context } from '@postgres-backuper/base';
import { type EntryJob, notRestored, type RefusedEntry } from './entry-jobs.ts';
import { extensionOf } from './entry-rules.ts';
import { type NotRestored, objectName, reasonOf } from './not-restored.ts';
import { type EntryServices, runEntries } from './run-entries.ts';

export interface RetryServices extends EntryServices {
  /** The database's own search_path, as in the original. */
  readonly searchPath: string;
}

/**
 * Tries refused entries again, in their order, as long as a round restores one: an entry may need another that came
 * later. Then once with the database's own search_path: a function may name others without their schema. Returns those
 * that stay refused. Errors: as runEntries.
 */
export async function retryEntries(
  refused: readonly RefusedEntry[],
  services: RetryServices,
  context: Context,
): Promise<readonly RefusedEntry[]> {
  let left = refused;
  for (let before = left.length + 1; left.length > 0 && left.length < before; ) {
    before = left.length;
    left = await runAgain(left, services, { context });
  }
  if (left.length === 0) return left;
  const still = await runAgain(left, services, { searchPath: services.searchPath, context });
  const refusedStill = new Set(still.map(({ job }) => job));
  const done = left.filter(({ job }) => !refusedStill.has(job));
  for (const { job } of done) {
    const text = `restored with the search_path of the database (${services.searchPath}): ${objectName(job.entry)}`;
    context.emit({ type: 'notice', text });
  }
  return still;
}

/** An object that is there lacks only its owner. */
async function runAgain(
  refused: readonly RefusedEntry[],
  services: EntryServices,
  { searchPath, context }: { readonly searchPath?: string; readonly context: Context },
): Promise<RefusedEntry[]> {
  const originals = new Map(refused.map((one) => [remaining(one, searchPath), one]));
  const left = await runEntries([...originals.keys()], services, context);
  return left.flatMap(({ job, refusal }) => {
    const before = originals.get(job);
    if (before === undefined) return [];
    return [{ job: before.job, refusal: before.refusal.part === 'owner' ? { ...refusal, part: 'owner' } : refusal }];
  });
}

function remaining({ job, refusal }: RefusedEntry, searchPath: string | undefined): EntryJob {
  return refusal.part === 'owner'
    ? { ...job, definition: job.owner, owner: '', searchPath, ownerOnly: true }
    : { ...job, searchPath };
}

/**
 * Foreign keys and checks that the rows break can hold for new rows; a comment on an extension that the role may not
 * give is often there already. Errors: as runEntries.
 */
export async function settleEntries(
  refused: readonly RefusedEntry[],
  services: EntryServices & { readonly whole: boolean },
  context: Context,
): Promise<NotRestored[]> {
  const settled: NotRestored[] = [];
  for (const one of refused) {
    const same = sameComment(one);
    if (same !== undefined && (await runOne(same, services, context))) continue;
    const key = withoutProof(one, services);
    if (key !== undefined && (await runOne(key.job, services, context))) settled.push(key.verdict);
    else settled.push(notRestored(one, services));
  }
  return settled;
}

/** A text that fails unless the comment of the extension is the wanted one. */
function sameComment({ job }: RefusedEntry): EntryJob | undefined {
  const { entry, definition } = job;
  const comment = /^COMMENT ON EXTENSION [\s\S]*? IS ('[\s\S]*');\s*$/.exec(definition)?.[1];
  if (entry.description !== 'COMMENT' || comment === undefined) return undefined;
  const name = `'${extensionOf(entry).replaceAll("'", "''")}'`;
  const present = `pg_catalog.obj_description((SELECT oid FROM pg_catalog.pg_extension WHERE extname = ${name}), 'pg_extension')`;
  return { ...job, definition: `SELECT 1 / (${present} IS NOT DISTINCT FROM ${comment})::int`, owner: '' };
}

async function runOne(job: EntryJob, { session }: EntryServices, context: Context): Promise<boolean> {
  const refused = await runEntries([job], { session, journal: false }, context);
  return refused.length === 0;
}

const BREAKS_KEY = new Set(['23503', '23514']);
const ADDED = /^(ALTER TABLE (?:ONLY )?[\s\S]*?)\s+ADD CONSTRAINT ("(?:[^"]|"")*"|\S+) [\s\S]*;\s*$/;

/** The constraint as NOT VALID, and the verdict on it. */
function withoutProof({ job, refusal }: RefusedEntry, rows: { readonly whole: boolean }) {
  const added = ADDED.exec(job.definition);
  if (added === null || !BREAKS_KEY.has(refusal.sqlState) || refusal.part === 'owner') return undefined;
  const verdict: NotRestored = {
    object: objectName(job.entry),
    lack: 'not-valid',
    reason: reasonOf(refusal, rows),
    sqlState: refusal.sqlState,
    statement: `${added[1]} VALIDATE CONSTRAINT ${added[2]};`,
  };
  return { verdict, job: { ...job, definition: job.definition.replace(/;\s*$/, ' NOT VALID;') } };
}
