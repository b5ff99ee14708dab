import { type CommandName, isOn, OPTIONS, type Option, type OptionName } from '@postgres-backuper/options';
import { elsewhere } from '../command-line.ts';
import type { Surface } from '../surface.ts';
import type { ExampleRequest } from '../wording.ts';
import { fieldLabel } from './field.ts';
import { TARGET_LABEL } from './recipes.ts';

/** The recipe: options are fields of the form of a step. */
export function recipe(): Surface {
  return {
    option: fieldText,
    command: commandText,
    help: "each field's description says what it takes",
    example: (request) => ({ language: 'text', text: form(request) }),
  };
}

function fieldText(name: OptionName, value?: string): string {
  const option: Option = OPTIONS[name];
  if (option.type === 'flag') return `the checkbox '${fieldLabel(name, option)}'`;
  return `the field '${fieldLabel(name, option)}'${value === undefined ? '' : ` = ${value}`}`;
}

function commandText(
  name: CommandName,
  options: Readonly<Partial<Record<OptionName, string>>>,
  words: readonly string[],
): string {
  if (!isOn(name, 'teamcity')) return elsewhere(name, options, words);
  const fields = Object.entries<string>(options).map(([key, value]) => fieldText(key as OptionName, value));
  return `the recipe's command '${name}'${fields.length === 0 ? '' : ` with ${fields.join(' and ')}`}`;
}

function form({ command, target, options }: ExampleRequest): string {
  const fields = Object.entries<string>(options).map(
    ([name, value]) => `${fieldLabel(name as OptionName, OPTIONS[name as OptionName])} = ${oneLine(value)}`,
  );
  return [`Command = ${command}`, `${TARGET_LABEL} = ${target}`, ...fields, ''].join('\n');
}

function oneLine(text: string): string {
  return /[\x00-\x1f\x7f-\x9f]/.test(text) ? JSON.stringify(text) : text;
}
