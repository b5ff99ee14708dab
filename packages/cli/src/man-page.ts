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
  VERSION,
} from '@postgres-backuper/options';
import { exitStatuses } from './exit-status-page.ts';

/** packages/cli/man/postgres-backuper.1, in the macros of man(7). */
export function manPage(): string {
  const commands = (Object.keys(COMMANDS) as CommandName[]).map((name) => {
    const { summary, positional = '' } = commandRow(name);
    return `.TP\n.B ${escaped(name)}${positional === '' ? '' : ` \\fI${escaped(positional)}\\fR`}\n${escaped(summary)}`;
  });
  const groups = GROUPS.map((group) => {
    const entries = ALL_OPTIONS.filter(([, option]) => option.group === group);
    return `.SS ${escaped(group)}\n${entries.map(entry).join('\n')}`;
  });
  return `.\\" Generated from the tables in packages/options/src; do not edit.
.TH POSTGRES-BACKUPER 1 "" "postgres-backuper ${VERSION}" "User Commands"
.SH NAME
postgres-backuper \\- encrypted backups of PostgreSQL that are proven by restoring them
.SH SYNOPSIS
.B postgres-backuper
.I COMMAND
.RI [ OPTIONS ]
.SH DESCRIPTION
Every option is a flag, a variable, or a name in a config file. Secrets are never in an argument: a variable holds the
secret itself, the variable with _FILE at its end and the flag take the path of a file.
.SH COMMANDS
${commands.join('\n')}
.TP
.B help\\fR, \\fBcompletion \\fIbash|zsh|fish\\fR, \\fBversion
Say something about the program itself.
.SH OPTIONS
${groups.join('\n')}
.SH EXIT STATUS
${exitStatuses()
  .map(([status, meaning]) => `.TP\n.B ${status}\n${escaped(shortened(meaning))}`)
  .join('\n')}
`;
}

/** The first sentence; the page of exit statuses has the rest. */
function shortened(meaning: string): string {
  return (meaning.split(/(?<=\.)\s/)[0] ?? meaning).replaceAll('`', '');
}

function entry([name, option]: readonly [OptionName, Option]): string {
  const flag = option.flag === undefined ? '' : `\\fB${escaped(`--${option.flag}`)}\\fR`;
  const value = option.placeholder === undefined ? '' : ` \\fI${escaped(option.placeholder)}\\fR`;
  const variables = environmentNames(name).join(', ') + (isSecret(option) ? ' (each also with _FILE)' : '');
  const first = flag === '' ? `\\fB${escaped(environmentNames(name)[0] ?? '')}\\fR` : `${flag}${value}`;
  const text = [option.help, choicesNote(option)].filter(Boolean).join(' ');
  return `.TP\n${first}\n${escaped(text)}\n.br\nVariables: ${escaped(variables)}\n.br\nCommands: ${escaped(option.commands.join(', '))}`;
}

/** No line begins with a dot or a quote, which would be a request. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replace(/^(['.])/gm, '\\&$1');
}
