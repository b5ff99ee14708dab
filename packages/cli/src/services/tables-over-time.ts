import { toBackuperError } from '@postgres-backuper/base';
import { show } from '@postgres-backuper/core';
import type { TablesOverTime } from '@postgres-backuper/history';
import { newestUsable, type Repository, type Survey } from '@postgres-backuper/repository';
import type { CommandInput } from '../command.ts';

/**
 * The tables of the newest good backup and of the good one before it, from their catalogs; undefined without a key that
 * decrypts. A catalog that cannot be read is a warning. Errors: cancelled.
 */
export async function tablesOverTime(
  name: string,
  { found, repository }: { readonly found: Survey; readonly repository: Repository },
  { context }: CommandInput<'report'>,
): Promise<TablesOverTime | undefined> {
  if (!repository.cipher.canDecrypt) return undefined;
  const { usable } = newestUsable(found, { now: context.clock.now() });
  const before = found.backups.findLast(({ bad, startedAt }) => !bad && startedAt < (usable?.startedAt ?? 0));
  if (usable === undefined) return undefined;
  const tablesOf = async (label: string) =>
    (await show({ name, target: { label }, tables: [] }, { repository }, context)).tables;
  try {
    return { newest: await tablesOf(usable.label), before: before === undefined ? [] : await tablesOf(before.label) };
  } catch (error) {
    context.signal.throwIfAborted();
    const { message, hint } = toBackuperError(error);
    context.emit({ type: 'warning', text: `the tables of '${name}' are not on the page: ${message}`, hint });
    return undefined;
  }
}
