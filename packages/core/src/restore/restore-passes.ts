import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { numberOf } from '@postgres-backuper/base';
import { LARGE_OBJECTS_FILE, runPgRestore } from '@postgres-backuper/postgres';
import { streamFile } from './file-stream.ts';
import type { RestoreRun } from './restore-run.ts';

/** Types, functions, tables: everything but data, indexes and constraints. */
export async function restorePreData(run: RestoreRun): Promise<void> {
  const args = ['--section=pre-data'];
  if (run.request.policies) return pgRestore(run, args);
  await pgRestore(run, [...args, await listArgument(run, 'pre-data', (line) => !needsRole(line))]);
}

/**
 * Indexes, constraints, triggers, materialized views, in parallel; event triggers last, since one may forbid a refresh.
 * A selection of tables cannot satisfy foreign keys: they are left out.
 */
export async function restorePostData(run: RestoreRun): Promise<void> {
  const lines = listLines(run);
  const keys = run.request.whole ? [] : lines.filter(isForeignKey);
  for (const text of leftOutOf(run.backup, run.request)) run.context.emit({ type: 'warning', text });
  const last = lines.filter(isEventTrigger);
  const left = new Set([...keys, ...last, ...(run.request.policies ? [] : lines.filter(needsRole))]);
  const args = ['--section=post-data', `--jobs=${run.request.jobs}`];
  if (left.size === 0) return pgRestore(run, args);
  await pgRestore(run, [...args, await listArgument(run, 'post-data', (line) => !left.has(line))]);
  if (last.length === 0) return;
  await pgRestore(run, ['--section=post-data', await listArgument(run, 'event-triggers', isEventTrigger)]);
}

/** What the backup has and a restore of some tables lacks: sentences. */
export function leftOutOf(
  { catalog }: Pick<RestoreRun['backup'], 'catalog'>,
  { whole }: Pick<RestoreRun['request'], 'whole'>,
): readonly string[] {
  const keys = whole ? 0 : catalog.dump.list.split('\n').filter(isForeignKey).length;
  return keys === 0
    ? []
    : [`left out of the restore: ${numberOf(keys, 'foreign key')}, because only some tables have data`];
}

function isForeignKey(line: string): boolean {
  return /^\d+; \d+ \d+ FK CONSTRAINT /.test(line);
}

/** Also their comments and security labels. */
function isEventTrigger(line: string): boolean {
  return /^\d+; \d+ \d+ (COMMENT - |SECURITY LABEL - )?EVENT TRIGGER /.test(line);
}

/** Policies and user mappings, also their comments. */
function needsRole(line: string): boolean {
  return /^\d+; \d+ \d+ (COMMENT .*)?(POLICY|USER MAPPING) /.test(line);
}

/** Values of sequences are data of their own, without a file. */
export async function restoreSequences(run: RestoreRun): Promise<void> {
  const isValue = (line: string): boolean => /^\d+; \d+ \d+ SEQUENCE SET /.test(line);
  if (!listLines(run).some(isValue)) return;
  await pgRestore(run, [await listArgument(run, 'sequences', isValue)]);
}

/** Streamed from the storage into pg_restore, without a file. */
export async function restoreLargeObjects(run: RestoreRun): Promise<void> {
  const file = run.backup.catalog.files.find(({ name }) => name === LARGE_OBJECTS_FILE);
  if (file === undefined || !run.request.whole) return;
  await pgRestore(run, [], streamFile(run.segments, file));
}

async function pgRestore(run: RestoreRun, args: readonly string[], input?: AsyncIterable<Buffer>): Promise<void> {
  const { request, target, context } = run;
  await runPgRestore(
    target.client,
    {
      database: request.database,
      encoding: run.backup.catalog.dump.encoding,
      args: [
        ...(request.owner ? [] : ['--no-owner']),
        ...(request.privileges ? [] : ['--no-privileges']),
        ...(request.tablespaces ? [] : ['--no-tablespaces']),
        ...(request.replication ? [] : ['--no-subscriptions', '--no-publications']),
        ...args,
        ...(input === undefined ? [join(run.archive, 'dump')] : []),
      ],
      input,
      onWarning: (text) => context.emit({ type: 'warning', text: `pg_restore: ${text}` }),
    },
    context,
  );
}

function listLines({ backup }: RestoreRun): string[] {
  return backup.catalog.dump.list.split('\n');
}

/** A file for `pg_restore --use-list`. */
async function listArgument(run: RestoreRun, name: string, keep: (line: string) => boolean): Promise<string> {
  const path = join(run.archive, `${name}.list`);
  await writeFile(path, `${listLines(run).filter(keep).join('\n')}\n`, { mode: 0o600 });
  return `--use-list=${path}`;
}
