import {
  type CommandName,
  fieldName,
  inputName,
  OPTIONS,
  type Option,
  type OptionName,
  variableText,
} from '@postgres-backuper/options';
import { elsewhere } from '../command-line.ts';
import type { Surface } from '../surface.ts';
import type { ExampleRequest } from '../wording.ts';
import { yamlValue } from '../yaml-value.ts';
import { ACTION_COMMANDS, type ActionCommand, inputsOf, TARGET_INPUT } from './inputs.ts';

/** An action: its inputs, and variables for options that it does not offer. */
export function action(command: ActionCommand): Surface {
  const offered = new Set(inputsOf(command).map(({ variable }) => variable));
  const option = (name: OptionName, value?: string): string =>
    offered.has(inputName(name)) ? `the input '${inputText(name, value)}'` : variableText(name, value);
  return {
    option,
    command: commandText,
    help: `actions/${command}/action.yml describes the inputs`,
    example: (request) => ({ language: 'yaml', text: step(request) }),
  };
}

/** Whether a word is a command that is an action. */
export function isAction(command: string): command is ActionCommand {
  return (ACTION_COMMANDS as readonly string[]).includes(command);
}

function inputText(name: OptionName, value?: string): string {
  const option: Option = OPTIONS[name];
  const shown = value ?? (option.type === 'flag' ? 'true' : undefined);
  return shown === undefined ? fieldName(name, option) : `${fieldName(name, option)}: ${shown}`;
}

function commandText(
  name: CommandName,
  options: Readonly<Partial<Record<OptionName, string>>>,
  words: readonly string[],
): string {
  if (!isAction(name)) return elsewhere(name, options, words);
  const inputs = Object.entries<string>(options).map(([key, value]) => `'${inputText(key as OptionName, value)}'`);
  return `the action '${name}'${inputs.length === 0 ? '' : ` with ${inputs.join(' and ')}`}`;
}

function step({ command, target, options }: ExampleRequest): string {
  const inputs = Object.entries<string>(options).map(
    ([name, value]) => `    ${fieldName(name as OptionName, OPTIONS[name as OptionName])}: ${yamlValue(value)}`,
  );
  const lines = [
    `- uses: OWNER/postgres-backuper/actions/${command}@v1`,
    '  with:',
    `    ${TARGET_INPUT}: ${target}`,
    ...inputs,
  ];
  return lines.join('\n');
}
