import { escapeText } from '@postgres-backuper/base';
import type { ResultOf } from '@postgres-backuper/hosts';

/** One line for each repository. */
export function pinText({ repositories }: ResultOf<'pin' | 'unpin'>): string {
  const lines = repositories.map(
    ({ label, pinned, parent, changed, location }) =>
      `${label} ${changed ? 'is now' : 'was already'} ${pinned ? 'pinned' : 'not pinned'} in ${escapeText(location)}${pinned && parent !== null ? `, and so keeps its full ${parent}` : ''}\n`,
  );
  return lines.join('');
}
