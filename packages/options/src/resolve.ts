import { type CommandName, type CommandsThatNeed, type Need, needs } from './commands.ts';
import { type ConfigFile, readConfigFile } from './config-file.ts';
import type { Option } from './option.ts';
import { ALL_OPTIONS, inputName, isSecret, type OptionName, optionsReadBy, type SettingsOf } from './options.ts';
import type { Parsed } from './parsed.ts';
import { Secret } from './secret.ts';
import { readSecretFile, secretProblem, withoutLineEnd } from './secret-text.ts';
import { type Environment, fromEnvironment, type Given } from './sources.ts';
import { parseValue } from './value.ts';

/** Settings, and the name by which each was given; an option without such a name has its default. */
export interface Resolved<C extends CommandName = CommandName> {
  readonly command: C;
  readonly settings: SettingsOf<C>;
  readonly sources: ReadonlyMap<OptionName, string>;
  /** Every place that gives a part of the connection, the nearest first; also for options that the command does not offer. */
  readonly places: ReadonlyMap<OptionName, readonly Given[]>;
  /** One per destination of the config file, with its own values. */
  readonly destinations: readonly SettingsOf<C>[];
  readonly problems: readonly string[];
}

export interface ResolveRequest<C extends CommandName = CommandName> {
  readonly command: C;
  readonly flags: ReadonlyMap<OptionName, readonly string[]>;
  readonly environment: Environment;
}

/** Options that name a server or a database together, so they are merged together. */
const CONNECTION: readonly OptionName[] = ['databaseUrl', 'host', 'port', 'user', 'dbname'];

/** The value of every option: flag, then input of the job, then environment, then config file, then default. Collects every problem. */
export function resolveSettings<C extends CommandName>({
  command,
  flags,
  environment,
}: ResolveRequest<C>): Resolved<C> {
  const problems: string[] = [];
  const configPath =
    flags.get('config')?.[0] ?? (environment[inputName('config')] || environment.BACKUP_CONFIG || undefined);
  const config: ConfigFile | undefined =
    configPath === undefined ? undefined : readConfigFile(configPath, { environment, problems });
  const given = new Map<OptionName, Given>();
  const places = new Map<OptionName, readonly Given[]>();
  const isRead = new Set(optionsReadBy(command).map(([name]) => name));
  for (const entry of ALL_OPTIONS) {
    const [name] = entry;
    const all = everyGiven(entry, { flags, environment, config }, isRead.has(name) ? problems : []);
    if (CONNECTION.includes(name)) places.set(name, [...all]);
    const found = isRead.has(name) ? (places.get(name)?.[0] ?? all.next().value) : undefined;
    if (found !== undefined) given.set(name, found);
  }
  const read = (all: ReadonlyMap<OptionName, Given>): SettingsOf<C> => readAll(command, all, problems);
  const settings = read(given);
  const destinations = (config?.destinations ?? []).map((own) => read(new Map([...given, ...own])));
  const sources = new Map([...given].map(([name, { source }]) => [name, source]));
  return { command, settings, sources, places, destinations, problems: [...new Set(problems)] };
}

/** Whether these are the settings of a command with this need. */
export function areOf<N extends Need>(resolved: Resolved, need: N): resolved is Resolved<CommandsThatNeed<N>> {
  return needs(resolved.command, need);
}

/** Every place that gives the option, the nearest first. */
function* everyGiven(
  entry: readonly [OptionName, Option],
  { flags, environment, config }: Pick<ResolveRequest, 'flags' | 'environment'> & { config: ConfigFile | undefined },
  problems: string[],
): Generator<Given, undefined> {
  const flag = fromFlags(entry, flags, problems);
  if (flag !== undefined) yield flag;
  yield* fromEnvironment(entry, environment, flag === undefined ? problems : []);
  const inFile = config?.given.get(entry[0]);
  if (inFile !== undefined) yield inFile;
  return undefined;
}

function fromFlags(
  [name, option]: readonly [OptionName, Option],
  flags: ResolveRequest['flags'],
  problems: string[],
): Given | undefined {
  const values = flags.get(name);
  if (values === undefined) return undefined;
  const source = `--${option.flag}`;
  if (!isSecret(option)) return { source, texts: values };
  const texts = values.map((path) => readSecretFile(option, { source, path }, problems));
  return { source, texts: texts.filter((text) => text !== undefined) };
}

/** The options that the command reads, as in SettingsOf. */
function readAll<C extends CommandName>(
  command: C,
  given: ReadonlyMap<OptionName, Given>,
  problems: string[],
): SettingsOf<C> {
  const entries = optionsReadBy(command).map(([name, option]) => [name, readOne(option, given.get(name), problems)]);
  return Object.fromEntries(entries) as SettingsOf<C>;
}

function readOne(option: Option, given: Given | undefined, problems: string[]): unknown {
  const texts = (given?.texts ?? defaultTexts(option)).flatMap((text) => separate(option, text));
  const values = texts.flatMap((text): (Secret | string | number | boolean)[] => {
    const parsed = isSecret(option) ? parseSecret(option, text) : parseValue(option, text);
    if ('value' in parsed) return [parsed.value];
    problems.push(`${given?.source ?? 'default'}: ${parsed.problem}`);
    return [];
  });
  return option.many ? values : values[0];
}

/** Words of a list are separated by commas or spaces, URLs that are secrets by spaces or line ends. */
function separate(option: Option, text: string): readonly string[] {
  if (!option.many) return [text];
  if (option.type === 'secret') return text.split(/\s+/).filter(Boolean);
  return option.choices === undefined ? [text] : text.split(/[\s,]+/).filter(Boolean);
}

function parseSecret(option: Option, text: string): Parsed<Secret> {
  const problem = secretProblem(option, text);
  return problem === undefined ? { value: new Secret(withoutLineEnd(text)) } : { problem };
}

function defaultTexts(option: Option): readonly string[] {
  if (option.default === undefined) return [];
  return Array.isArray(option.default) ? option.default : [String(option.default)];
}
