import { BackuperError, say } from '@postgres-backuper/base';
import { swapStatements, type TocEntry } from '@postgres-backuper/postgres';
import { assertionFailed, unmetText } from './assert-database.ts';
import { objectName } from './not-restored.ts';
import { plannedSwap } from './replace-database.ts';
import type { RestoredDatabase } from './restore-database.ts';
import type { RestoreResult } from './restore-result.ts';
import type { TargetRequest } from './target-request.ts';

/** Parts of the selected objects that cannot be there without others. */
export function cutTexts(cut: readonly TocEntry[]): readonly string[] {
  if (cut.length === 0) return [];
  const why = cut.length === 1 ? 'it refers to what is not restored' : 'they refer to what is not restored';
  return [`left out of the restore: ${namesOf(cut.map(objectName))}, because ${why}`];
}

/** What an incomplete restore means for the database that it was to replace: the end of a hint. */
export function notReplaced(
  { database, replaces }: Pick<TargetRequest, 'database' | 'replaces'>,
  { target }: RestoredDatabase,
  label: string,
): string {
  if (replaces === undefined) return '';
  const { name } = replaces;
  const swap = plannedSwap({ name, restored: database, label }, target.replaced?.databases ?? []);
  return `; '${name}' was not replaced and is as it was: once '${database}' is as you want it, run ${swapStatements(swap)}`;
}

/** Why the status is not 0; undefined: everything is there. */
export function incomplete(
  { refusedTables }: Pick<RestoredDatabase, 'refusedTables'>,
  result: RestoreResult,
  notReplaced: string,
): BackuperError | undefined {
  const { database, objects, notLoaded: missing } = result;
  const damaged = refusedTables.find(({ error }) => error.kind === 'damage');
  const [table] = missing;
  if (table !== undefined) {
    const text = `database '${database}' lacks the rows of ${namesOf(missing.map(({ schema, table }) => `${schema}.${table}`))}`;
    return new BackuperError(
      damaged?.error.code ?? 'rows-missing',
      `${text}: ${damaged?.error.message ?? table.reason}`,
      {
        hint: `${damaged === undefined ? KEPT : `${KEPT}; the rows of another backup may be whole`}${notReplaced}`,
        cause: damaged?.error,
        result,
      },
    );
  }
  const unmet = unmetText(result.assertions);
  if (unmet !== undefined) {
    const closed =
      result.transformed.length > 0 ? '; others may not connect: drop it, or grant CONNECT once it is right' : '';
    const hint = `the rows are those of the backup, and the database is kept${closed}${notReplaced}`;
    return assertionFailed(`in database '${database}' ${unmet}`, { hint, result });
  }
  if (objects.length === 0) return undefined;
  const text = `all rows are in database '${database}', but ${namesOf(objects.map(({ object }) => object))} could not be restored as in the original`;
  return new BackuperError('restore-incomplete', text, { hint: `${HOW_TO_MEND}${notReplaced}`, result });
}

const KEPT = `all other tables are restored and kept: continue with ${say.option('resume')} when the reason is gone`;
const HOW_TO_MEND = 'mend the reasons and run the statements that the result lists for these objects';
/** Names in an error; the result has all. */
const NAMED = 3;

function namesOf(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${names
    .slice(0, NAMED)
    .map((name) => `'${name}'`)
    .join(', ')}${more}`;
}
