import {
  environmentNames,
  isSecret,
  keyName,
  type Option,
  type OptionName,
  optionsOf,
} from '@postgres-backuper/options';
import type { TemplateCommand } from './script.ts';

/** Set by the template itself. */
const NOT_OFFERED: readonly string[] = [
  'ci',
  'json',
  'logFormat',
  'preview',
  'query',
  'resultFile',
  'junitFile',
  'dotenvFile',
  'metricsFile',
  'summaryFile',
];

/** The image has no PostgreSQL. */
const ON: readonly OptionName[] = ['installClient'];

/** An input of a component. */
export interface Input {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'array';
  readonly default: string | boolean | readonly string[];
  readonly description: string;
  readonly options?: readonly string[];
  /** Matches the whole value. */
  readonly regex?: string;
  /** The variable that carries it into the job. */
  readonly variable?: string;
}

/** For a value that is one line of the component, which a line break would end. */
export const LINE = '^[^\\r\\n]*$';

/** The options of a command that are no secrets. Secrets are CI/CD variables: everybody can see an input. */
export function optionInputs(
  command: TemplateCommand,
  options: readonly (readonly [OptionName, Option])[] = optionsOf(command),
): readonly Input[] {
  return options
    .filter(([name, option]) => option.commands.includes(command) && !isSecret(option) && !NOT_OFFERED.includes(name))
    .map(optionInput);
}

function optionInput([name, option]: readonly [OptionName, Option]): Input {
  const own = environmentNames(name)[0] as string;
  const known =
    option.default === undefined || option.type === 'flag' ? '' : ` Default: ${[option.default].flat().join(', ')}.`;
  const common = { name: keyName(name, option), description: `${option.help}${known}`, variable: own };
  if (option.type === 'flag')
    return { ...common, type: 'boolean', default: option.default === true || ON.includes(name) };
  if (option.many) return { ...common, type: 'array', default: [] };
  if (option.choices !== undefined) return { ...common, type: 'string', default: '', options: ['', ...option.choices] };
  return { ...common, type: 'string', default: '', regex: option.type === 'count' ? '^[0-9]*$' : LINE };
}
