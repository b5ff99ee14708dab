import {
  ALL_OPTIONS,
  COMMANDS,
  type CommandName,
  choicesNote,
  commandRow,
  environmentNames,
  GROUPS,
  isSecret,
  type Option,
  type OptionName,
  optionsOf,
} from '@postgres-backuper/options';
import { wrapText } from './print/wrap.ts';

type Entry = readonly [OptionName, Option];

/** `postgres-backuper --help` */
export function generalHelp(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `postgres-backuper: encrypted backups of PostgreSQL that are proven by restoring them

  postgres-backuper COMMAND [OPTIONS]

${commands.join('\n')}

First steps:
  postgres-backuper keygen --output keys
  export DATABASE_URL=postgres://user:password@host/database BACKUP_REPOSITORY=/var/backups/postgres
  export BACKUP_PUBLIC_KEY=keys/backup-public.asc
  postgres-backuper check && postgres-backuper backup

Options of a command: postgres-backuper COMMAND --help
Every option is also a variable; the variables of the original scripts, of libpq and of the AWS tools work too.
Exit status: 0 done, 1 failed, 2 wrong usage or settings, 3 verification failed, 4 partly done, 75 try again, 99 skipped.
`;
}

/** `postgres-backuper COMMAND --help`: the common options first, then each group. */
export function commandHelp(command: CommandName, options = ALL_OPTIONS): string {
  const { summary, positional } = commandRow(command);
  const entries = optionsOf(command, options);
  const common = entries.filter(([, option]) => option.common);
  const sections = GROUPS.map((group) => section(group, remaining(entries, group)));
  const usage = ['postgres-backuper', command, positional, '[OPTIONS]'].filter(Boolean).join(' ');
  return [summary, `  ${usage}`, section('Common options', common), ...sections]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n');
}

function remaining(entries: readonly Entry[], group: string): readonly Entry[] {
  return entries.filter(([, option]) => option.group === group && !option.common && option.flag !== undefined);
}

function section(title: string, entries: readonly Entry[]): string {
  return entries.length === 0 ? '' : `${title}:\n${entries.map(entryText).join('\n')}`;
}

function entryText([name, option]: Entry): string {
  const flag = `  --${option.flag}${option.placeholder === undefined ? '' : ` ${option.placeholder}`}`;
  const notes = [option.help, choicesNote(option), defaultNote(option)].filter(Boolean).join(' ');
  const variables = environmentNames(name).join(', ') + (isSecret(option) ? ' (or …_FILE)' : '');
  return [flag, ...wrapText(notes, 74), variables]
    .map((line, index) => (index === 0 ? line : `      ${line}`))
    .join('\n');
}

function defaultNote(option: Option): string {
  if (option.default === undefined || option.type === 'flag') return '';
  if (option.default === '.') return 'Default: the current folder.';
  const value = Array.isArray(option.default) ? option.default.join(', ') : String(option.default);
  return `Default: ${value}.`;
}
