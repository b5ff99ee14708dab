import { toBackuperError } from '@postgres-backuper/base';
import { show } from '@postgres-backuper/core';
import { COMPARED, type TablesOverTime } from '@postgres-backuper/history';
import { newestUsable, type Repository, type Survey } from '@postgres-backuper/repository';
import type { CommandInput } from '../command.ts';

/** With more tables, only the backup before is read: each catalog takes time and memory. */
const MANY_TABLES = 5000;

/**
 * The tables of the newest good backup and of the last good ones before it, from their catalogs; undefined without a key that
 * decrypts. A catalog that cannot be read is a warning. Errors: cancelled.
 */
export async function tablesOverTime(
  name: string,
  { found, repository }: { readonly found: Survey; readonly repository: Repository },
  { context }: CommandInput<'report'>,
): Promise<TablesOverTime | undefined> {
  if (!repository.cipher.canDecrypt) return undefined;
  const { usable } = newestUsable(found, { now: context.clock.now() });
  if (usable === undefined) return undefined;
  const good = found.backups.filter(({ bad, imported }) => !bad && !imported);
  const before = good.filter(({ startedAt }) => startedAt < usable.startedAt);
  const read = usable.commit.totals.tables > MANY_TABLES ? 1 : COMPARED;
  const tablesOf = async (label: string) =>
    (await show({ name, target: { label }, tables: [] }, { repository }, context)).tables;
  try {
    const earlier: TablesOverTime['newest'][] = [];
    for (const { label } of before.slice(-read)) earlier.push(await tablesOf(label));
    return { newest: await tablesOf(usable.label), before: earlier };
  } catch (error) {
    context.signal.throwIfAborted();
    const { message, hint } = toBackuperError(error);
    context.emit({ type: 'warning', text: `the tables of '${name}' are not on the page: ${message}`, hint });
    return undefined;
  }
}
