import { isBackuperError } from '@postgres-backuper/base';
import {
  type CommandName,
  type Environment,
  REPOSITORY_COMMANDS,
  type Resolved,
  SERVER_COMMANDS,
} from '@postgres-backuper/options';
import { isOldFile } from './old-places.ts';
import { checkedPlaces } from './repositories.ts';
import { createServer } from './server.ts';

/** What a command would find wrong with its server and its repositories, so that all problems can be told at once. */
export function laterProblems(
  command: CommandName,
  {
    resolved,
    positionals,
    environment,
  }: { resolved: Resolved; positionals: readonly string[]; environment: Environment },
): readonly string[] {
  const isIn = (commands: readonly CommandName[]): boolean => commands.includes(command);
  // a file that is no backup of ours needs no repository
  const needsRepository = isIn(REPOSITORY_COMMANDS) && !isOldFile(positionals[0] ?? '');
  return [
    ...(isIn(SERVER_COMMANDS) ? problemsOf(() => createServer(resolved, environment)) : []),
    ...(needsRepository ? problemsOf(() => checkedPlaces(resolved)) : []),
  ];
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
