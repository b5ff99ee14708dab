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
  /** Under what name the user gave a setting. */
  readonly originOf: (name: OptionName) => string | undefined;
}

/** The words of the user's host for the texts of one command. */
export interface Speech {
  readonly wording: Wording;
  /** A sentence: where the options are described. */
  readonly help: string;
  /** The text as it is shown: no mark is left, and no variable that the user did not write. */
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
    text: (text) => spoken(text.replace(VARIABLE, nameOf), names),
  };
}

/** A host's own files say so to the program; any other job is a script with a command line. */
function surfaceOf(host: HostName, { command, environment }: WordingRequest): Surface {
  const isOurs = environment.BACKUP_CI === host;
  return hostRow(host)?.surface({ command, environment, isOurs }) ?? commandLine(command);
}

/** Not one that stands in a name already. */
const VARIABLE = /(?<!the [Vv]ariable )\bBACKUP_[A-Z0-9_]+\b/g;
/** By these a CI system's file passes on what stands in the job. */
const INPUT = /^BACKUP_INPUT_/;

/** What the user wrote, where the variable is only the way by which it came here. */
function ownName(variable: string, { option, inherited }: Surface): string {
  const isInput = INPUT.test(variable);
  const own = variable.replace(INPUT, 'BACKUP_');
  const [name] = ALL_OPTIONS.find(([one]) => environmentNames(one)[0] === own) ?? [];
  if (name === undefined) return variable;
  return isInput ? option(name) : (inherited?.(name) ?? variable);
}
