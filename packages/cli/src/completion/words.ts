import { COMMANDS, type CommandName, commandRow, type Option, optionsOf } from '@postgres-backuper/options';

/** What a shell offers after a flag. */
export type Offered = 'nothing' | 'value' | 'file' | readonly string[];

export interface FlagWords {
  /** With its dashes. */
  readonly flag: string;
  readonly summary: string;
  /** `nothing`: the flag takes no value. */
  readonly value: Offered;
}

export interface CommandWords {
  readonly name: CommandName;
  readonly summary: string;
  readonly flags: readonly FlagWords[];
  /** The words after its name may be files. */
  readonly files: boolean;
}

const HELP: FlagWords = { flag: '--help', summary: 'Show the options of the command.', value: 'nothing' };
const PATHS = /^(FILE|DIR|FOLDER|PATH)$/;

/** All that can be completed, from the tables of commands and options. */
export function completedWords(): readonly CommandWords[] {
  return (Object.keys(COMMANDS) as CommandName[]).map((name) => {
    const { summary, positional = '' } = commandRow(name);
    const flags = optionsOf(name)
      .map(([, option]) => flagWords(option))
      .filter((flag) => flag !== undefined);
    return { name, summary, flags: [...flags, HELP], files: /FILE|DIR/.test(positional) };
  });
}

function flagWords(option: Option): FlagWords | undefined {
  const { flag, help } = option;
  if (flag === undefined) return undefined;
  return { flag: `--${flag}`, summary: firstSentence(help), value: offered(option) };
}

function offered({ type, choices, placeholder = '' }: Option): Offered {
  if (type === 'flag') return 'nothing';
  if (choices !== undefined) return choices;
  return ['secret', 'key'].includes(type) || PATHS.test(placeholder) ? 'file' : 'value';
}

/** One line of a menu: up to the first end of a sentence, or what stands before a colon. */
function firstSentence(text: string): string {
  return text.split(/(?<=\.)\s|: /)[0]?.replace(/[.:]$/, '') ?? text;
}
