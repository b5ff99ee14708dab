import { formatDuration, numberOf as formatNumberOf } from '@postgres-backuper/base';
import type { CommandEnd } from '../host.ts';
import { plannedText } from '../planned-text.ts';
import { toldBy } from '../results.ts';
import { isSkipped, YOUNG } from '../skipped.ts';
import { formatBytes } from '../units.ts';

/** One line that says what the build did, shown in TeamCity's lists of builds; undefined where there is nothing to say. */
export function statusText({ document }: CommandEnd): string | undefined {
  const { backups, verified, pruned, statuses } = toldBy(document);
  if (isSkipped(document.exit)) return `skipped: ${YOUNG}`;
  const texts = [
    ...backups.map(({ label, database, totals, durationMs }) => {
      const sizes = `${formatBytes(totals.rawBytes)} → ${formatBytes(totals.storedBytes)}`;
      return `'${database}' ${label}: ${formatNumberOf(totals.tables, 'table')}, ${sizes}, ${formatDuration(durationMs)}`;
    }),
    ...verified.map(({ name, level, backups: all }) => {
      const bad = all.filter(({ ok }) => !ok).length;
      return `'${name}' verified (${level}): ${formatNumberOf(all.length - bad, 'good backup')}${bad > 0 ? `, ${bad} damaged` : ''}`;
    }),
    ...pruned.map((one) => {
      if (one.dryRun) return `'${one.name}' dry run: ${plannedText(one)}`;
      return `'${one.name}' ${formatNumberOf(one.deleted.length, 'backup')} deleted, ${formatBytes(one.freedBytes)} freed`;
    }),
    ...statuses.map(({ name, newest }) =>
      newest === null
        ? `'${name}': no good backup`
        : `'${name}': newest backup ${newest.label} is ${formatDuration(newest.ageMs)} old`,
    ),
    ...restoredText(document.command, document.result),
  ];
  if (texts.length === 0) return undefined;
  const { server } = document;
  return `${texts.join('; ')}${server === undefined ? '' : `, server ${server}`}`;
}

function restoredText(command: string, result: unknown): readonly string[] {
  const { label, database, tables } = (result ?? {}) as {
    label?: string;
    database?: string;
    tables?: readonly unknown[];
  };
  if (command !== 'restore' || database === undefined) return [];
  const what = tables === undefined ? '' : `, ${formatNumberOf(tables.length, 'table')}`;
  return [`${label === undefined ? 'restored' : `${label} restored`} as '${database}'${what}`];
}
