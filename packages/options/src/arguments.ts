import { nearest } from '@postgres-backuper/base';
import type { CommandName } from './commands.ts';
import type { Option } from './option.ts';
import { ALL_OPTIONS, type OptionName, optionsOf } from './options.ts';
import { isOptionLike } from './shown.ts';

/** The words of a command line, sorted; values are not parsed yet. */
export interface Arguments {
  readonly flags: ReadonlyMap<OptionName, readonly string[]>;
  readonly positionals: readonly string[];
  readonly problems: readonly string[];
  readonly help: boolean;
}

interface Reading {
  readonly known: ReadonlyMap<string, readonly [OptionName, Option]>;
  readonly words: string[];
  readonly flags: Map<OptionName, string[]>;
  readonly positionals: string[];
  readonly problems: string[];
  help: boolean;
}

/** Reads `--flag value`, `--flag=value`, `--` and positionals. Collects problems; never repeats a value, which may be a secret. */
export function parseArguments(command: CommandName, argv: readonly string[], options = ALL_OPTIONS): Arguments {
  const offered = optionsOf(command, options);
  const known = new Map(offered.flatMap((entry) => (entry[1].flag ? [[`--${entry[1].flag}`, entry]] : [])));
  const reading: Reading = {
    known: known as Reading['known'],
    words: [...argv],
    flags: new Map(),
    positionals: [],
    problems: [],
    help: false,
  };
  for (let word = reading.words.shift(); word !== undefined; word = reading.words.shift()) {
    if (word === '--') reading.positionals.push(...reading.words.splice(0));
    else if (word === '-h' || word === '--help') reading.help = true;
    else if (word.startsWith('-') && word !== '-') readFlag(reading, command, word);
    else reading.positionals.push(word);
  }
  return reading;
}

function readFlag(reading: Reading, command: CommandName, word: string): void {
  const [flag = '', ...rest] = word.split('=');
  const entry = reading.known.get(flag);
  if (entry === undefined) {
    reading.problems.push(unknownFlag(reading, command, flag));
    if (rest.length === 0 && takesValue(reading, flag) && !reading.words[0]?.startsWith('-')) reading.words.shift();
    return;
  }
  const [name, option] = entry;
  const value = rest.length > 0 ? rest.join('=') : option.type === 'flag' ? 'true' : takeValue(reading);
  if (value === undefined) reading.problems.push(`${flag} needs a value`);
  else if (!option.many && reading.flags.has(name)) reading.problems.push(`${flag} is given twice`);
  else reading.flags.set(name, [...(reading.flags.get(name) ?? []), value]);
}

/** The next word, even with a leading dash, unless it is an option of this command. */
function takeValue(reading: Reading): string | undefined {
  const next = reading.words[0]?.split('=')[0] ?? '';
  return next === '--' || reading.known.has(next) ? undefined : reading.words.shift();
}

/** Whether the next word is a value: of an option of another command, or of the option that was most likely meant. */
function takesValue(reading: Reading, flag: string): boolean {
  const elsewhere = ofAnyCommand(flag);
  if (elsewhere !== undefined) return elsewhere.type !== 'flag';
  const meant = meantFlag(reading, flag);
  return meant !== undefined && reading.known.get(meant)?.[1].type !== 'flag';
}

function unknownFlag(reading: Reading, command: CommandName, flag: string): string {
  const shown = isOptionLike(flag) ? flag : 'an option that is not shown here, since it may hold a secret,';
  if (ofAnyCommand(flag) !== undefined) return `${shown} is not an option of '${command}'`;
  const meant = meantFlag(reading, flag);
  return `${shown} is unknown${meant === undefined ? '' : `: did you mean ${meant}?`}`;
}

function ofAnyCommand(flag: string): Option | undefined {
  return ALL_OPTIONS.find(([, option]) => option.flag !== undefined && `--${option.flag}` === flag)?.[1];
}

/** `--pasword` means `--password-file`, as `--password` does. */
function meantFlag(reading: Reading, flag: string): string | undefined {
  const flags = [...reading.known.keys(), '--help'];
  const short = nearest(flag, [...flags, ...flags.map((known) => known.replace(/-file$/, ''))]);
  return short === undefined || flags.includes(short) ? short : `${short}-file`;
}
