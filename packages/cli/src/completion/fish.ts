import type { CommandWords, FlagWords } from './words.ts';

export function fishScript(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const lines = commands.flatMap(({ name, summary, flags, files }) => [
    line(['-n', '__fish_use_subcommand', '-a', name, '-d', summary]),
    ...(files ? [line(['-n', seen(name), '-F'])] : []),
    ...flags.map((flag) => flagLine(name, flag)),
  ]);
  return `# fish completion of postgres-backuper; postgres-backuper completion fish > ~/.config/fish/completions/postgres-backuper.fish
complete -c postgres-backuper -f
${lines.join('\n')}
${line(['-n', '__fish_use_subcommand', '-a', 'help', '-d', 'Show the commands and options.'])}
${line(['-n', '__fish_use_subcommand', '-a', 'completion', '-d', 'Write a script for bash, zsh or fish.'])}
${line(['-n', seen('help'), '-a', names])}
${line(['-n', seen('completion'), '-a', 'bash zsh fish'])}
`;
}

function flagLine(command: string, { flag, summary, value }: FlagWords): string {
  const takes =
    value === 'nothing'
      ? []
      : value === 'file'
        ? ['-r', '-F']
        : value === 'value'
          ? ['-x']
          : ['-x', '-a', value.join(' ')];
  return line(['-n', seen(command), '-l', flag.replace(/^--/, ''), '-d', summary, ...takes]);
}

function seen(command: string): string {
  return `__fish_seen_subcommand_from ${command}`;
}

function line(words: readonly string[]): string {
  const quoted = words.map((word) => (/^[-\w]+$/.test(word) ? word : `'${word.replace(/['\\]/g, '\\$&')}'`));
  return ['complete', '-c', 'postgres-backuper', ...quoted].join(' ');
}
