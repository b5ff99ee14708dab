import { escapeText, formatDuration } from '@postgres-backuper/base';
import type { StatusResult } from '@postgres-backuper/core';
import { paint } from '@postgres-backuper/hosts';

/** One line for a name with a good backup that is young enough; the others are errors. */
export function statusText({ name, location, newest, damaged, failed }: StatusResult, colours: boolean): string {
  const bad = damaged + failed === 0 ? '' : `, ${damaged} damaged, ${failed} failed a verification`;
  const age = newest === null ? '' : `${newest.label} is ${formatDuration(newest.ageMs)} old${drillText(newest)}`;
  return `${paint(colours, 'green', '✓')} '${escapeText(name)}' in ${escapeText(location)}: ${age}${bad}\n`;
}

/** `, last drill: degraded` */
function drillText({ verdict }: NonNullable<StatusResult['newest']>): string {
  return verdict === null ? '' : `, last drill: ${verdict.replace('-', ' ')}`;
}
