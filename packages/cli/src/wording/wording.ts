import { type Names, spoken } from '@postgres-backuper/base';
import type { HostName, Wording } from '@postgres-backuper/hosts';
import { operator } from '../airflow/wording.ts';
import { action, isAction } from '../github/wording.ts';
import { component, isComponent } from '../gitlab/wording.ts';
import type { CommandName } from '../options/option.ts';
import { ALL_OPTIONS, environmentNames, type OptionName } from '../options/options.ts';
import type { Environment } from '../options/sources.ts';
import { recipe } from '../teamcity/wording.ts';
import { commandLine } from './command-line.ts';
import type { Surface } from './surface.ts';

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
  if (host === 'github' && isOurs && isAction(command)) return action(command);
  if (host === 'gitlab' && environment.POSTGRES_BACKUPER_URL)
    return component(command, isComponent(command, environment));
  if (host === 'teamcity' && isOurs) return recipe();
  return host === 'airflow' && isOurs ? operator() : commandLine(command);
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
