import { numberOf } from '@postgres-backuper/base';
import type { Lacking } from '../lacking.ts';
import { plain, table } from './markdown.ts';

/** Most that are listed: the size of a summary is limited. */
const MOST = 100;

/** What is not restored, and why. */
export function lackingTable(lacking: readonly Lacking[], title = 'Not restored'): string {
  const rows = lacking.slice(0, MOST).map(({ what, how, why }) => [plain(what), how, plain(why)]);
  const more = lacking.length - MOST;
  const titles = [title, '', 'Why'].map((text) => ({ title: text }));
  return `${table(titles, rows)}${more > 0 ? `${numberOf(more, 'more object')} not shown: the result lists them.\n` : ''}`;
}
