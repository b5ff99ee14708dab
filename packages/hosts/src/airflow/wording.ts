import {
  type CommandName,
  environmentNames,
  isOn,
  isSecret,
  OPTIONS,
  type Option,
  type OptionName,
} from '@postgres-backuper/options';
import { elsewhere } from '../command-line.ts';
import type { Surface } from '../surface.ts';
import type { ExampleRequest } from '../wording.ts';
import { snake } from './files.ts';

/** Options that come from Connections and Variables. */
const OF_CONNECTION: Readonly<Partial<Record<OptionName, string>>> = {
  host: "the Connection's Host",
  port: "the Connection's Port",
  user: "the Connection's Login",
  password: "the Connection's Password",
  dbname: "the Connection's Schema",
  s3AccessKey: "the S3 Connection's Login",
  s3SecretKey: "the S3 Connection's Password",
  s3Endpoint: "'endpoint_url' in the S3 Connection's Extra",
  s3Region: "'region_name' in the S3 Connection's Extra",
  s3Bucket: 'the Variable MINIO_BUCKET',
};

/** Where a user of the operators sets what is not in `options`. */
const PLACES: typeof OF_CONNECTION = {
  ...OF_CONNECTION,
  dbname: "the argument 'database'",
  databaseUrl: 'the fields of the Connection',
  repository: "the argument 'repository'",
  at: "the argument 'at'",
  level: "the argument 'level'",
  into: "the argument 'into'",
  maxAge: "the argument 'max_age'",
};

/** An operator: its arguments, the Connections and Variables that it reads. */
export function operator(): Surface {
  return {
    option: optionText,
    command: (name, options, words) => (isOn(name, 'airflow') ? operatorName(name) : elsewhere(name, options, words)),
    help: 'postgres_backuper_airflow/options.py describes the options',
    example: (request) => ({ language: 'python', text: call(request) }),
    inherited: (name) => OF_CONNECTION[name] ?? optionText(name),
  };
}

function optionText(name: OptionName, value?: string): string {
  const place = PLACES[name];
  const option: Option = OPTIONS[name];
  if (place !== undefined) return value === undefined ? place : `${place} = ${value}`;
  if (isSecret(option)) return `the Variable ${environmentNames(name)[0]}`;
  if (option.type === 'flag') return `options['${snake(name)}'] = True`;
  return `options['${snake(name)}']${value === undefined ? '' : ` = '${value}'`}`;
}

function operatorName(command: CommandName): string {
  return `Postgres${command.slice(0, 1).toUpperCase()}${command.slice(1)}Operator`;
}

/** The options that are arguments of the operators. */
const ARGUMENTS: readonly string[] = ['repository', 'level', 'into', 'maxAge'];

function call({ command, target, options }: ExampleRequest): string {
  const written = (entries: readonly (readonly [string, string])[]): readonly string[] =>
    entries.map(([name, value]) => `${snake(name)}=${JSON.stringify(value)}`);
  const all = Object.entries<string>(options).filter(([name]) => name !== 's3Endpoint'); // the S3 Connection has it
  const own = all.filter(([name]) => ARGUMENTS.includes(name));
  const rest = all.filter(([name]) => !ARGUMENTS.includes(name));
  const further = rest.map(([name, value]) => `"${snake(name)}": ${JSON.stringify(value)}`);
  const words = [
    ...written([['task_id', command], ['target', target], ...own]),
    ...(further.length === 0 ? [] : [`options={${further.join(', ')}}`]),
  ];
  return `${operatorName(command)}(${words.join(', ')})`;
}
