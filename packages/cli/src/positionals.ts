import { type CommandName, commandRow, holdsCredentials, say } from '@postgres-backuper/options';

/** Problems of the words after a command's name. Never repeats a word, which may be a URL with a password. */
export function positionalProblems(command: CommandName, positionals: readonly string[]): readonly string[] {
  const wanted = commandRow(command).positional;
  const most = wanted?.split(' ').length ?? 0;
  if (positionals.some((word) => /^postgres(ql)?:/i.test(word))) {
    return [
      `a database URL holds a password, which other users of this machine see in an argument: set ${say.option('databaseUrl')}`,
    ];
  }
  if (positionals.some(holdsCredentials)) {
    return [
      'a word after the command holds a user or a password, which other users of this machine see in an argument',
    ];
  }
  if (positionals.length > most) {
    const takes = wanted === undefined ? 'takes no further word' : `takes ${wanted}`;
    return [`'${command}' ${takes}, but ${positionals.length} ${positionals.length === 1 ? 'is' : 'are'} given`];
  }
  const least = wanted?.split(' ').filter((word) => !word.startsWith('[')).length ?? 0;
  if (positionals.length < least) {
    return [`'${command}' needs ${wanted}`];
  }
  return [];
}
