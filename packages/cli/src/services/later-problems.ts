import { isBackuperError } from '@postgres-backuper/base';
import { type AnySettings, areOf, type Environment, type Resolved } from '@postgres-backuper/options';
import { realClock } from '../real-clock.ts';
import { checkBackupSettings } from './backup-settings.ts';
import { notifyProblems } from './notify-targets.ts';
import { isOldFile, NO_HOST } from './old-places.ts';
import { pushProblems } from './push-target.ts';
import { reportPageProblems } from './report-page.ts';
import { checkedPlaces } from './repositories.ts';
import { createServer } from './server.ts';

/** Problems of a command's server and repositories, and of settings that do not go together, found early so that all are reported at once. */
export function laterProblems({
  resolved,
  positionals,
  environment,
}: {
  resolved: Resolved;
  positionals: readonly string[];
  environment: Environment;
}): readonly string[] {
  // an old file needs no repository
  const isFile = isOldFile(positionals[0] ?? '');
  // old files, as openOldPlaces
  const { legacy }: AnySettings = resolved.settings;
  return [
    ...notifyProblems(resolved),
    ...pushProblems(resolved),
    ...reportPageProblems(resolved),
    ...(isBackup(resolved) ? problemsOf(() => checkBackupSettings(resolved, realClock.now())) : []),
    ...(areOf(resolved, 'server') ? problemsOf(() => createServer(resolved, environment)) : []),
    ...(areOf(resolved, 'repository') && !isFile
      ? problemsOf(() => checkedPlaces(resolved, legacy ? NO_HOST : environment))
      : []),
  ];
}

function isBackup(resolved: Resolved): resolved is Resolved<'backup'> {
  return resolved.command === 'backup';
}

function problemsOf(act: () => unknown): readonly string[] {
  try {
    act();
    return [];
  } catch (error) {
    const problems = isBackuperError(error) ? (error.result as { problems?: unknown })?.problems : undefined;
    return Array.isArray(problems) ? problems : [];
  }
}
