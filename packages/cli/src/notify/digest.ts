import { formatBytes, formatCount, formatDuration, numberOf } from '@postgres-backuper/base';
import type { CommandDocument, ResultKinds } from '@postgres-backuper/hosts';

type Result = ResultKinds['report'];
type ReportedName = Result['names'][number];

export function isBad({ state }: ReportedName): boolean {
  return state !== 'ok';
}

/** `PostgreSQL backups: 2 of 5 names to look at` */
export function digestTitle({ names }: Result): string {
  const bad = names.filter(isBad).length;
  const all = numberOf(names.length, 'name');
  return `PostgreSQL backups: ${bad === 0 ? `${all}, all good` : `${bad} of ${all} to look at`}`;
}

/** Each name on a line, the bad ones first: how old, how large, the change in a week, what is wrong. */
export function digestLines({ names }: Result): readonly string[] {
  const withLocation = new Set(names.map(({ location }) => location)).size > 1;
  return names.map((one) => {
    const place = withLocation ? ` in ${one.location}` : '';
    const texts = [ageText(one), ...sizeTexts(one), backupsText(one)].join(', ');
    return `${SIGNS[one.state]} '${one.name}'${place}: ${[texts, ...one.warnings].join('; ')}`;
  });
}

/** What to do after a report with bad names. Undefined: nothing. */
export function digestHint({ command, result }: CommandDocument): string | undefined {
  if (command !== 'report' || !result?.names.some(isBad)) return undefined;
  return `read the page ${result.output}, the names to look at come first`;
}

const SIGNS: Readonly<Record<ReportedName['state'], string>> = {
  none: '✕',
  damaged: '✕',
  stale: '✕',
  warning: '!',
  ok: '✓',
};

function ageText({ ageMs }: ReportedName): string {
  return ageMs === null ? 'no good backup' : `${formatDuration(ageMs)} old`;
}

function sizeTexts({ rawBytes, rawBytesWeekBefore: before }: ReportedName): readonly string[] {
  if (rawBytes === null) return [];
  const percent = before ? Math.round((rawBytes / before - 1) * 100) : undefined;
  const sign = percent !== undefined && percent < 0 ? '−' : '+';
  const change = percent === undefined ? '' : ` (${sign}${formatCount(Math.abs(percent))} % in a week)`;
  return [`${formatBytes(rawBytes)} of data${change}`];
}

function backupsText({ backups, storedBytes }: ReportedName): string {
  return `${numberOf(backups, 'backup')} with ${formatBytes(storedBytes)}`;
}
