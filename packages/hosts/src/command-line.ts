import {
  type CommandName,
  isSecret,
  OPTIONS,
  type Option,
  type OptionName,
  variableOf,
} from '@postgres-backuper/options';
import { shellWord } from './reports/markdown.ts';
import type { Surface } from './surface.ts';

/** A terminal or a script of the user: options are flags, secrets are variables. */
export function commandLine(command: CommandName): Surface {
  return {
    option: flagText,
    command: (name, options, words) => `'${line(name, words, options)}'`,
    help: `run 'postgres-backuper ${command} --help' for the options`,
    example: (request) => ({ language: 'sh', text: line(request.command, [request.target], request.options) }),
  };
}

function flagText(name: OptionName, value?: string): string {
  const option: Option = OPTIONS[name];
  if (option.flag === undefined || isSecret(option)) return variableOf(name);
  return value === undefined ? `--${option.flag}` : `--${option.flag} ${value}`;
}

function line(
  command: CommandName,
  words: readonly string[],
  options: Readonly<Partial<Record<OptionName, string>>>,
): string {
  const flags = Object.entries<string>(options).map(([name, value]) => {
    const { flag, type }: Option = OPTIONS[name as OptionName];
    return type === 'flag' ? `--${flag}` : `--${flag} ${shellWord(value)}`;
  });
  return ['postgres-backuper', command, ...words.map(shellWord), ...flags].join(' ');
}

/** On a CI system: a command that its files do not offer. */
export function elsewhere(
  command: CommandName,
  options: Readonly<Partial<Record<OptionName, string>>> = {},
  words: readonly string[] = [],
): string {
  const where = command === 'setup-client' ? 'this machine' : 'a machine of your own';
  return `'${line(command, words, options)}' on ${where}`;
}
