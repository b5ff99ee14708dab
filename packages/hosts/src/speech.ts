import { type Names, spoken } from '@postgres-backuper/base';
import {
  ALL_OPTIONS,
  type CommandName,
  type Environment,
  environmentNames,
  type OptionName,
} from '@postgres-backuper/options';
import { commandLine } from './command-line.ts';
import { type HostName, hostRow } from './hosts.ts';
import type { Surface } from './surface.ts';
import type { Wording } from './wording.ts';

export interface WordingRequest {
  readonly command: CommandName;
  readonly environment: Environment;
  /** The name by which the user gave a setting. */
  readonly originOf: (name: OptionName) => string | undefined;
}

/** The words of the user's host for the texts of one command. */
export interface Speech {
  readonly wording: Wording;
  /** A sentence that says where the options are described. */
  readonly help: string;
  /** The text as it is shown: marks, and variables that the user did not write, are replaced. */
  readonly text: (text: string) => string;
}

export function createSpeech(host: HostName, request: WordingRequest): Speech {
  const surface = surfaceOf(host, request);
  const nameOf = (variable: string): string => ownName(variable, surface);
  const names: Names = {
    option: surface.option,
    command: surface.command,
    given: (key) => nameOf(request.originOf(key) ?? surface.option(key)),
  };
  return {
    wording: { ...names, example: surface.example },
    help: surface.help,
    text: (text) => spoken(text.includes(PREFIX) ? text.replace(VARIABLE, nameOf) : text, names),
  };
}

/** The surface of our files for the host, which tell the program; any other job is a script with a command line. */
function surfaceOf(host: HostName, { command, environment }: WordingRequest): Surface {
  const isOurs = environment.BACKUP_CI === host;
  return hostRow(host)?.surface({ command, environment, isOurs }) ?? commandLine(command);
}

/** Asked first: most texts of a long list have none, and a search for it is ten times faster. */
const PREFIX = 'BACKUP_';
/** Without those that follow `the variable`. */
const VARIABLE = /(?<!the [Vv]ariable )\bBACKUP_[A-Z0-9_]+\b/g;
/** The variables by which our file for a CI system passes on the inputs of a job. */
const INPUT = /^BACKUP_INPUT_/;

/** The name that the user wrote, where our file for the host only passed it on as this variable. */
function ownName(variable: string, { option, inherited }: Surface): string {
  const isInput = INPUT.test(variable);
  const own = variable.replace(INPUT, 'BACKUP_');
  const [name] = ALL_OPTIONS.find(([one]) => environmentNames(one)[0] === own) ?? [];
  if (name === undefined) return variable;
  return isInput ? option(name) : (inherited?.(name) ?? variable);
}
