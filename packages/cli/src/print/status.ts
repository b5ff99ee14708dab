import {
  escapeText,
  formatBytes,
  formatCount,
  formatDuration,
  formatTime,
  numberOf,
  type TimeZone,
  UTC,
} from '@postgres-backuper/base';
import { fullText, growthText, paint, type WatchedName } from '@postgres-backuper/hosts';
import { wrapText } from './wrap.ts';

interface Look {
  readonly colours: boolean;
  /** Most characters of a line; unset: nothing is wrapped. */
  readonly width?: number | undefined;
  readonly timeZone: TimeZone;
}

/** Of a name with a good backup that is young enough: how old it is, how large, and what else is there. The others are errors. */
export function statusText(result: WatchedName, { colours, timeZone, width = Number.POSITIVE_INFINITY }: Look): string {
  const { name, location, newest, damaged, failed, needsFull } = result;
  const bad = damaged + failed === 0 ? '' : `, ${damaged} damaged, ${failed} failed a verification`;
  const age = newest === null ? '' : `${newestText(newest, timeZone)}${verifiedText(newest)}`;
  const indented = (text: string) => wrapText(text, width - 2).map((line) => `  ${line}`);
  const [first = '', ...more] = indented(`'${escapeText(name)}' in ${escapeText(location)}: ${age}${bad}`);
  const full = needsFull === null ? [] : indented(`the next backup must be a full: ${escapeText(needsFull)}`);
  const lines = [
    `${paint(colours, 'green', '✓')}${first.slice(1)}`,
    ...more,
    ...saidTexts(newest, timeZone).flatMap(indented),
    ...full.map((line) => paint(colours, 'yellow', line)),
    ...indented(sizesText(result, timeZone)).map((line) => paint(colours, 'dim', line)),
    ...leftOverLines(result, indented),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** `backup_… is 3 h old`; in a zone with the time that the label has in UTC. */
function newestText({ label, startedAt, ageMs }: Newest, timeZone: TimeZone): string {
  const began = timeZone === UTC ? '' : ` (${formatTime(Date.parse(startedAt), timeZone)})`;
  return `${label}${began} is ${formatDuration(ageMs)} old`;
}

type Newest = NonNullable<WatchedName['newest']>;

/** What its maker said of the newest backup. */
function saidTexts(newest: WatchedName['newest'], timeZone: TimeZone): readonly string[] {
  if (newest === null) return [];
  const { note, expiresAt } = newest;
  return [
    ...(note === null ? [] : [`note: ${escapeText(note)}`]),
    ...(expiresAt === null ? [] : [`expires ${formatTime(Date.parse(expiresAt), timeZone)}, whatever the rules say`]),
  ];
}

/** `, last drill: degraded`, `, verified: content` */
function verifiedText({ verdict, verification, parent }: Newest): string {
  const type = parent === null ? '' : `, a differential of ${parent}`;
  if (verdict !== null) return `${type}, last drill: ${verdict.replace('-', ' ')}`;
  return `${type}${verification === null ? '' : `, verified: ${verification}`}`;
}

/** `1.5 MiB stored of 9 MiB, +1 MiB since 2026-02-01; 30 backups with 45 MiB, the oldest 29 d old; 10 GiB free: full in about 90 days` */
function sizesText(result: WatchedName, timeZone: TimeZone): string {
  const { newest, held, growth } = result;
  const grown = growth === null ? '' : `, ${growthText(growth, timeZone)}`;
  const sizes =
    newest === null ? [] : [`${formatBytes(newest.storedBytes)} stored of ${formatBytes(newest.rawBytes)}${grown}`];
  const oldest = held.oldest === null ? '' : `, the oldest ${formatDuration(held.oldest.ageMs)} old`;
  const all = `${numberOf(held.backups, 'backup')} with ${formatBytes(held.storedBytes)}${oldest}`;
  return [...sizes, all, ...freeText(result)].join('; ');
}

function freeText({ freeBytes, newest, forecast }: WatchedName): readonly string[] {
  if (freeBytes === null) return [];
  const more = newest === null ? '' : roomText(newest, freeBytes);
  return [`${formatBytes(freeBytes)} free${more}`, fullText(forecast)].filter(Boolean);
}

/** A differential says little of what the next backups cost: sooner or later one is a full. */
function roomText({ parent, storedBytes, fullStoredBytes }: Newest, freeBytes: number): string {
  const bytes = parent === null ? storedBytes : (fullStoredBytes ?? 0);
  if (bytes === 0) return '';
  const count = formatCount(Math.floor(freeBytes / bytes));
  return `, room for about ${count} more ${parent === null ? 'of this size' : 'as large as its full'}`;
}

function leftOverLines({ leftOvers }: WatchedName, indented: (text: string) => readonly string[]): readonly string[] {
  if (leftOvers === null || leftOvers.runs === 0) return [];
  return indented(
    `${numberOf(leftOvers.runs, 'left-over')} of runs that failed, with ${formatBytes(leftOvers.storedBytes)}`,
  );
}
