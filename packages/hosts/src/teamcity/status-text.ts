import { formatBytes, formatDuration, numberOf } from '@postgres-backuper/base';
import type { RestoreResult, VerifiedBackup } from '@postgres-backuper/core';
import type { CommandEnd } from '../host.ts';
import { plannedText } from '../planned-text.ts';
import { type Told, toldBy } from '../results.ts';
import { storedShare } from '../saving-texts.ts';
import { isSkipped, YOUNG } from '../skipped.ts';

/** What the build did, as one line for TeamCity's lists of builds; undefined if there is nothing to report. */
export function statusText({ document }: CommandEnd): string | undefined {
  const { backups, restored, verified, pruned, statuses } = toldBy(document);
  if (isSkipped(document.exit)) return `skipped: ${YOUNG}`;
  const texts = [
    ...backups.map(({ label, database, totals, durationMs, saving }) => {
      const sizes = `${formatBytes(totals.rawBytes)} → ${formatBytes(totals.storedBytes)}`;
      const share = storedShare({ totals, saving });
      const type = share === undefined ? '' : ` (differential: ${share})`;
      return `'${database}' ${label}: ${numberOf(totals.tables, 'table')}, ${sizes}${type}, ${formatDuration(durationMs)}`;
    }),
    ...verified.map(({ name, level, backups: all }) => {
      const bad = all.filter(({ ok }) => !ok).length;
      return `'${name}' verified (${level}): ${numberOf(all.length - bad, 'good backup')}${bad > 0 ? `, ${bad} damaged` : ''}${drillText(all)}`;
    }),
    ...pruned.map((one) => {
      if (one.dryRun) return `'${one.name}' dry run: ${plannedText(one)}`;
      return `'${one.name}' ${numberOf(one.deleted.length, 'backup')} deleted, ${formatBytes(one.freedBytes)} freed`;
    }),
    ...statuses.map(({ name, newest }) =>
      newest === null
        ? `'${name}': no good backup`
        : `'${name}': newest backup ${newest.label} is ${formatDuration(newest.ageMs)} old`,
    ),
    ...restored.map(restoredText),
  ];
  if (texts.length === 0) return undefined;
  const { server } = document;
  return `${texts.join('; ')}${server === undefined ? '' : `, server ${server}`}`;
}

function restoredText(result: Told['restored'][number]): string {
  const tables = 'tables' in result ? `, ${numberOf(result.tables.length, 'table')}` : '';
  const what = `${tables}${'objects' in result ? notWhole(result) : ''}`;
  return `${'label' in result ? `${result.label} restored` : 'restored'} as '${result.database}'${what}`;
}

/** `, 1 table without its rows, 2 objects not as they were` */
function notWhole({ notLoaded, objects }: Pick<RestoreResult, 'notLoaded' | 'objects'>): string {
  const tables = notLoaded.length === 0 ? '' : `, ${numberOf(notLoaded.length, 'table')} without rows`;
  return `${tables}${objects.length === 0 ? '' : `, ${numberOf(objects.length, 'object')} not restored`}`;
}

/** `, drill degraded`: the worst of several. */
function drillText(backups: readonly VerifiedBackup[]): string {
  const worst = VERDICTS.find((one) => backups.some(({ verdict }) => verdict === one));
  return worst === undefined ? '' : `, drill ${worst.replace('-', ' ')}`;
}

const VERDICTS = ['failed', 'degraded', 'same-rows', 'exact'] as const;
