import { numberOf, type TimeZone } from '@postgres-backuper/base';
import type { NameHistory } from '../name-history.ts';
import { proofText } from './backup-table.ts';
import { type Html, html } from './html.ts';
import { tableOf } from './table.ts';
import { relativeText, timeText } from './times.ts';

const LEVELS = [
  ['stored', 'every object is there'],
  ['content', 'every object was read and every hash compared'],
  ['restore', 'restored into a scratch database and compared'],
] as const;
/** The newest verifications that are listed one by one. */
const LISTED = 10;

/** When each level was last proven, and the last verifications. */
export function proofTable(
  { name, backups }: NameHistory,
  { now, timeZone }: { readonly now: number; readonly timeZone: TimeZone },
): Html {
  const all = backups
    .flatMap(({ label, verifications }) => verifications.map((verification) => ({ label, verification })))
    .toSorted((a, b) => b.verification.at - a.verification.at);
  const levels = LEVELS.map(([level, meaning]) => {
    const ends = all.filter(({ verification }) => verification.level === level);
    const good = ends.find(({ verification }) => verification.ok);
    const failed = ends.filter(({ verification }) => !verification.ok).length;
    const last = good === undefined ? 'never' : relativeText(good.verification.at, now);
    return [level, last, ends.length - failed, failed, meaning];
  });
  const rows = all
    .slice(0, LISTED)
    .map(({ label, verification }) => [timeText(verification.at, timeZone), proofText({ verification }), label]);
  const times = all.length === 0 ? 'none recorded' : `the last one ${relativeText(all[0]?.verification.at ?? 0, now)}`;
  return html`<details><summary>${numberOf(all.length, 'verification')}: ${times}</summary>
${tableOf(`Verifications of ${name} by level`, BY_LEVEL, levels)}${
  rows.length === 0 ? undefined : tableOf(`Last verifications of ${name}`, LAST, rows)
}</details>`;
}

const BY_LEVEL = [
  { title: 'Level' },
  { title: 'Last good' },
  { title: 'Good', right: true },
  { title: 'Failed', right: true },
  { title: 'Meaning' },
] as const;
const LAST = [{ title: 'When' }, { title: 'End' }, { title: 'Backup' }] as const;
