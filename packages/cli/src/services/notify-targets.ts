import { parseTarget, type Target } from '@postgres-backuper/notifications';
import type { AnySettings, Resolved } from '@postgres-backuper/options';

/** The services in the settings; URLs that cannot be read are left out. */
export function targetsOf({ notify = [] }: AnySettings): readonly Target[] {
  return notify.flatMap((url) => {
    const parsed = parseTarget(url.reveal());
    return 'problem' in parsed ? [] : [parsed];
  });
}

/** What is wrong with the URLs of services; no part of a URL, which is a secret, is in it. */
export function notifyProblems({ settings, sources }: Resolved): readonly string[] {
  const { notify = [] }: AnySettings = settings;
  const source = sources.get('notify') ?? '';
  return notify.flatMap((url, index) => {
    const parsed = parseTarget(url.reveal());
    const which = notify.length === 1 ? 'the URL' : `URL ${index + 1}`;
    return 'problem' in parsed ? [`${source}: ${which} ${parsed.problem}`] : [];
  });
}
