import { formatBytes, formatDuration, formatTime, UTC } from '@postgres-backuper/base';
import type { WatchedName } from '../results.ts';
import { fullText, growthText } from '../storage-texts.ts';
import { code, plain, table } from './markdown.ts';

const STATES = {
  ok: '✅ young enough',
  stale: '❌ too old',
  none: '❌ no good backup',
  damaged: '❌ newest damaged',
} as const;

/** `restore: degraded` */
function verifiedText({ verification, verdict }: NonNullable<WatchedName['newest']>): string {
  if (verification === null) return '—';
  return verdict === null ? verification : `${verification}: ${verdict.replace('-', ' ')}`;
}

function saidText({ note, expiresAt }: NonNullable<WatchedName['newest']>): string {
  const until = expiresAt === null ? '' : `, expires ${formatTime(Date.parse(expiresAt), UTC)}`;
  return `${until}${note === null ? '' : `: ${plain(note)}`}`;
}

function leftOversText(leftOvers: WatchedName['leftOvers']): string {
  if (leftOvers === null) return '—';
  return leftOvers.runs === 0 ? 'none' : `${leftOvers.runs}, ${formatBytes(leftOvers.storedBytes)}`;
}

function sizeText(
  { storedBytes, rawBytes }: NonNullable<WatchedName['newest']>,
  growth: WatchedName['growth'],
): string {
  const size = `${formatBytes(storedBytes)} of ${formatBytes(rawBytes)}`;
  return growth === null ? size : `${size}, ${growthText(growth)}`;
}

/** One row per repository. */
export function statusSummary(statuses: readonly WatchedName[]): string {
  if (statuses.length === 0) return '';
  const rows = statuses.map(
    ({ state, name, location, newest, maxAgeMs, damaged, failed, held, freeBytes, needsFull, ...rest }) => [
      STATES[state],
      plain(name),
      plain(location),
      newest === null
        ? '—'
        : `${code(newest.label)}${newest.parent === null ? '' : ', a differential'}${saidText(newest)}`,
      newest === null ? '—' : formatDuration(newest.ageMs),
      formatDuration(maxAgeMs),
      newest === null ? '—' : verifiedText(newest),
      newest === null ? '—' : sizeText(newest, rest.growth),
      `${held.backups}, ${formatBytes(held.storedBytes)}${held.oldest === null ? '' : `, back ${formatDuration(held.oldest.ageMs)}`}`,
      freeBytes === null ? '—' : [formatBytes(freeBytes), fullText(rest.forecast)].filter(Boolean).join(', '),
      leftOversText(rest.leftOvers),
      `${damaged + failed === 0 ? 'none' : `${damaged} damaged, ${failed} failed a verification`}${needsFull === null ? '' : `; ⚠️ the next one must be a full: ${plain(needsFull)}`}`,
    ],
  );
  const titles = [
    '',
    'Name',
    'Repository',
    'Newest',
    'Age',
    'Allowed',
    'Verified',
    'Size',
    'All backups',
    'Free',
    'Left-overs',
    'Bad backups',
  ];
  return table(
    titles.map((title) => ({ title })),
    rows,
  );
}
