import {
  type CommandName,
  isOn,
  keyName,
  OPTIONS,
  type Option,
  type OptionName,
  VERSION,
  variableText,
} from '@postgres-backuper/options';
import { elsewhere } from '../command-line.ts';
import type { Surface } from '../surface.ts';
import type { ExampleRequest } from '../wording.ts';
import { yamlValue } from '../yaml-value.ts';
import { type Input, optionInputs } from './input.ts';
import type { TemplateCommand } from './script.ts';

/** A component: its inputs, and CI/CD variables for secrets. `inputs` is false for a job that extends the plain include. */
export function component(command: CommandName, inputs: boolean): Surface {
  const offered = inputs && isTemplate(command) ? optionInputs(command) : [];
  const isInput = (name: OptionName): boolean => offered.some((one) => one.name === inputName(name));
  const option = (name: OptionName, value?: string): string => {
    return isInput(name) ? `the input '${inputText(name, value)}'` : variableText(name, value);
  };
  return {
    option,
    inherited: (name) => (isInput(name) ? option(name) : undefined),
    command: (name, options, words) => (isTemplate(name) ? `the component '${name}'` : elsewhere(name, options, words)),
    help: inputs
      ? `the component's page in the CI/CD Catalog, or templates/${command}.yml, describes the inputs`
      : 'docs/options.md describes the variables',
    example: (request) => ({ language: 'yaml', text: inclusion(request) }),
  };
}

function isTemplate(command: CommandName): command is TemplateCommand {
  return isOn(command, 'gitlab');
}

function inputName(name: OptionName): string {
  return keyName(name, OPTIONS[name]);
}

function shownValue(name: OptionName, value?: string): string | undefined {
  return value ?? ((OPTIONS[name] as Option).type === 'flag' ? 'true' : undefined);
}

function inputText(name: OptionName, value?: string): string {
  const shown = shownValue(name, value);
  return shown === undefined ? inputName(name) : `${inputName(name)}: ${shown}`;
}

function inclusion({ command, target, options }: ExampleRequest): string {
  const inputs = Object.entries<string>(options).map(([name, value]) => {
    const { many }: Option = OPTIONS[name as OptionName];
    return `      ${inputName(name as OptionName)}: ${many ? `[${yamlValue(value)}]` : yamlValue(value)}`;
  });
  const lines = [
    `- component: $CI_SERVER_FQDN/postgres-backuper/postgres-backuper/${command}@v${VERSION}`,
    '  inputs:',
    `      label: ${target}`,
    ...inputs,
  ];
  return lines.map((line) => line.replace(/^ {6}/, '    ')).join('\n');
}

/** Whether a job comes from a component: its inputs reach the program as variables, also those that are empty. */
export function isComponent(command: CommandName, environment: Readonly<Record<string, string | undefined>>): boolean {
  const inputs: readonly Input[] = isTemplate(command) ? optionInputs(command) : [];
  return inputs.length > 0 && inputs.every(({ variable = '' }) => environment[variable] !== undefined);
}
