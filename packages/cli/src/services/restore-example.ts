import { placeOf } from '@postgres-backuper/base';
import type { NameHistory } from '@postgres-backuper/history';
import { createSpeech } from '@postgres-backuper/hosts';

/** The command line that restores the newest good backup into a new database; undefined: there is none. */
export function restoreExample({ name, location, newest }: NameHistory): string | undefined {
  if (newest === undefined) return undefined;
  const { wording } = createSpeech('none', { command: 'restore', environment: {}, originOf: () => undefined });
  const { repository, endpoint } = placeOf(location);
  const options = { repository, ...(endpoint === undefined ? {} : { s3Endpoint: endpoint }), name };
  const request = {
    command: 'restore',
    target: newest.label,
    options: { ...options, into: `${name}_restored` },
  } as const;
  return wording.example(request).text;
}
