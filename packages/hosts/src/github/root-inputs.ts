import { ALL_OPTIONS, type Option, type OptionName } from '@postgres-backuper/options';
import { ACTION_COMMANDS, type ActionCommand, type ActionInput, inputsOf } from './inputs.ts';

/** The input of the action at the root that names the command. */
export const NAMED = 'command';

/** The inputs of the action at the root: the command, then those of every command, each once. */
export function rootInputs(options: readonly (readonly [OptionName, Option])[] = ALL_OPTIONS): readonly ActionInput[] {
  const byName = new Map<string, ActionInput[]>();
  const takers = new Map<string, ActionCommand[]>();
  for (const command of ACTION_COMMANDS) {
    for (const input of inputsOf(command, options)) {
      byName.set(input.name, [...(byName.get(input.name) ?? []), input]);
      takers.set(input.name, [...(takers.get(input.name) ?? []), command]);
    }
  }
  const command = { name: NAMED, description: `What to do: ${ACTION_COMMANDS.join(', ')}.` };
  return [
    command,
    ...[...byName].map(([name, inputs]) => ({
      ...(inputs[0] as ActionInput),
      description: [...new Set(inputs.map(({ description }) => description)), forText(takers.get(name) ?? [])]
        .filter(Boolean)
        .join(' '),
    })),
  ];
}

function forText(commands: readonly ActionCommand[]): string {
  return commands.length === ACTION_COMMANDS.length ? '' : `For ${commands.join(', ')}.`;
}

/** Why the action at the root cannot run with this command and the inputs that are given; undefined: it can. */
export function problemOfNamed(command: string, isGiven: (input: string) => boolean): string | undefined {
  const known = ACTION_COMMANDS.find((one) => one === command);
  if (known === undefined) return `the input '${NAMED}' must be one of: ${ACTION_COMMANDS.join(', ')}`;
  const taken = new Set([NAMED, ...inputsOf(known).map(({ name }) => name)]);
  const others = rootInputs().flatMap(({ name }) => (taken.has(name) || !isGiven(name) ? [] : [`'${name}'`]));
  if (others.length === 0) return undefined;
  return `${known} takes no ${others.length === 1 ? 'input' : 'inputs'} ${others.join(', ')}: leave ${others.length === 1 ? 'it' : 'them'} out`;
}
