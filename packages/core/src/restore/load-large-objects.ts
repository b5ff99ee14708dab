import { type BackuperError, type Context, isBackuperError } from '@postgres-backuper/base';
import {
  type Client,
  LARGE_OBJECTS_FILE,
  mapArchiveRoles,
  noteStatement,
  runPgRestore,
  sql,
  wholeNumber,
  withSession,
} from '@postgres-backuper/postgres';
import { streamFile } from './file-stream.ts';
import type { NotRestored } from './not-restored.ts';
import { onNew, type RestoreRun } from './restore-run.ts';

/**
 * Streams the large objects from the storage into pg_restore, without a file. Where their owners or grants are refused
 * they are restored without them: returns that verdict. Errors: those of runPgRestore and Segments.read.
 */
export async function loadLargeObjects(run: RestoreRun): Promise<readonly NotRestored[]> {
  const { request } = run;
  const { done, journal } = run.resumable;
  if (run.backup.catalog.files.every(({ name }) => name !== LARGE_OBJECTS_FILE) || !run.selected.largeObjects)
    return [];
  if (done.has(JOURNAL_ID)) return [];
  if (request.mode === 'resume') await unlinkAll(onNew(run), run.context);
  const lacks = await load(run);
  const note = noteStatement(JOURNAL_ID);
  if (journal) await withSession(onNew(run), run.context, (session) => session.execute(note));
  return lacks;
}

/** In the journal, all large objects are one entry, which no archive has. */
const JOURNAL_ID = -1;

async function load(run: RestoreRun): Promise<readonly NotRestored[]> {
  const { request } = run;
  try {
    await pgRestore(run, request);
    return [];
  } catch (error) {
    if (!isBackuperError(error, 'restore-failed') || request.strict || !(request.owner || request.privileges))
      throw error;
    await unlinkAll(onNew(run), run.context);
    await pgRestore(run, { owner: false, privileges: false });
    return [ownersLacking(error)];
  }
}

function ownersLacking(error: BackuperError): NotRestored {
  return {
    object: 'owners and grants of large objects',
    lack: 'owner',
    reason: error.message,
    sqlState: '',
    statement: '',
  };
}

async function pgRestore(
  run: RestoreRun,
  { owner, privileges }: { owner: boolean; privileges: boolean },
): Promise<void> {
  const { request, backup, target, context, segments } = run;
  const file = backup.catalog.files.find(({ name }) => name === LARGE_OBJECTS_FILE);
  if (file === undefined) return;
  const { roleMap } = request;
  const input = streamFile(segments, file);
  await runPgRestore(
    target.client,
    {
      database: request.database,
      encoding: backup.catalog.dump.encoding,
      args: [
        ...(owner ? [] : ['--no-owner']),
        ...(privileges ? [] : ['--no-privileges']),
        ...(request.comments === false ? ['--no-comments'] : []),
        ...(request.securityLabels === false ? ['--no-security-labels'] : []),
      ],
      input: roleMap === undefined || roleMap.size === 0 ? input : mapArchiveRoles(input, roleMap),
      onWarning: (text) => context.emit({ type: 'warning', text: `pg_restore: ${text}` }),
    },
    context,
  );
}

/** So many in one transaction: each takes a lock. */
const UNLINKED_AT_ONCE = 1000;

/** Removes what an incomplete load left. The database has only large objects of this restore. */
export async function unlinkAll(client: Client, context: Pick<Context, 'clock' | 'signal'>): Promise<void> {
  await withSession(client, context, async (session) => {
    for (;;) {
      const rows = await session.query<{ done: number }>(
        sql`SELECT pg_catalog.lo_unlink(oid) AS done FROM pg_catalog.pg_largeobject_metadata LIMIT ${wholeNumber(UNLINKED_AT_ONCE)}`,
      );
      if (rows.length === 0) return;
    }
  });
}
