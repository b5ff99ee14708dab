import {
  type AnySettings,
  type Environment,
  type Given,
  OPTIONS,
  type OptionName,
  type Origin,
  originOf,
  parseValue,
  type Resolved,
  withoutLineEnd,
} from '@postgres-backuper/options';
import { type Connection, parseDatabaseUrl, type Variables } from './database-url.ts';
import { readService } from './service-file.ts';

/** One source of connection settings: single settings of one origin, a URL, or libpq's own variables. */
export interface ConnectionSource extends Connection {
  readonly origin: Origin;
  /** Two sources of the same place complete each other. */
  readonly place: string;
  /** The databases that it names; PGDATABASE is not among its variables. */
  readonly databases: readonly string[];
  /** The name under which the user set a variable. */
  readonly nameOf: (variable: string) => string;
  /** Why it cannot be read: a phrase that follows its name. */
  readonly problem?: string;
}

const SINGLE = { PGHOST: 'host', PGPORT: 'port', PGUSER: 'user', PGPASSWORD: 'password' } as const;

const ORIGINS: readonly Origin[] = ['given', 'own', 'scripts', 'others', 'file'];

/** Every source of the connection, the nearest to the job first. */
export function connectionSources(resolved: Resolved, environment: Environment): readonly ConnectionSource[] {
  return ORIGINS.flatMap((origin) => {
    const single = singleSettings(origin, resolved);
    const url = urlOf(origin, resolved);
    if (origin !== 'others') return [single, ...url];
    return [...url.map((one) => ({ ...one, place: 'url' })), ...withService(single, environment)];
  });
}

function singleSettings(origin: Origin, resolved: Resolved): ConnectionSource {
  const isHere = ({ source }: Given): boolean => originOf(source) === origin;
  const find = (name: OptionName): Given | undefined =>
    (name === 'password' ? passwordOf(resolved) : readable(name, resolved)).find(isHere);
  const found = Object.entries(SINGLE).flatMap(([variable, name]) => {
    const given = find(name);
    return given === undefined ? [] : [[variable, given] as const];
  });
  const dbname = find('dbname');
  const names = new Map(
    [...found, ['PGDATABASE', dbname] as const].map(([variable, given]) => [variable, given?.source]),
  );
  return {
    ...{ origin, place: origin, parameters: {}, ignored: [] },
    variables: Object.fromEntries(found.map(([variable, { texts }]) => [variable, texts[0] ?? ''])),
    databases: dbname?.texts ?? [],
    nameOf: (variable) => names.get(variable) ?? '',
  };
}

/** Drops an invalid value: it is reported as a problem of the settings, and may be a misplaced secret. */
function readable(name: OptionName, { places }: Resolved): readonly Given[] {
  const isText = (text: string): boolean => 'value' in parseValue(OPTIONS[name], text);
  return (places.get(name) ?? []).filter(({ texts }) => texts.length > 0 && texts.every(isText));
}

/** The password of the nearest place; no other one is read. */
function passwordOf({ settings, sources }: Resolved): readonly Given[] {
  const { password }: AnySettings = settings;
  const source = sources.get('password');
  return password === undefined || source === undefined ? [] : [{ source, texts: [password.reveal()] }];
}

function urlOf(origin: Origin, { places }: Resolved): readonly ConnectionSource[] {
  const given = places.get('databaseUrl')?.find(({ source }) => originOf(source) === origin);
  const [text] = given?.texts ?? [];
  if (given === undefined || text === undefined) return [];
  const parsed = parseDatabaseUrl(withoutLineEnd(text));
  const common = { origin, place: origin, nameOf: () => given.source };
  return [
    fromParsed(common, 'problem' in parsed ? parsed : { ...parsed, variables: withoutOtherAddress(parsed.variables) }),
  ];
}

/** The values of a service win over libpq's variables, as in libpq. */
function withService(single: ConnectionSource, environment: Environment): readonly ConnectionSource[] {
  if (!environment.PGSERVICE) return [single];
  const read = fromParsed({ origin: 'others', place: 'others', nameOf: () => 'PGSERVICE' }, readService(environment));
  if (read.problem !== undefined) return [read, single];
  const databases = read.databases.length > 0 ? read.databases : single.databases;
  const isOfService = (variable: string): boolean =>
    variable === 'PGDATABASE' ? read.databases.length > 0 : variable in read.variables;
  const nameOf = (variable: string): string => (isOfService(variable) ? 'PGSERVICE' : single.nameOf(variable));
  return [{ ...read, variables: { ...single.variables, ...read.variables }, databases, nameOf }];
}

function fromParsed(
  common: Pick<ConnectionSource, 'origin' | 'place' | 'nameOf'>,
  parsed: Connection | { readonly problem: string },
): ConnectionSource {
  if ('problem' in parsed) {
    return { ...common, variables: {}, parameters: {}, ignored: [], databases: [], problem: parsed.problem };
  }
  const { PGDATABASE, ...variables } = parsed.variables;
  return { ...common, ...parsed, variables, databases: PGDATABASE === undefined ? [] : [PGDATABASE] };
}

/** An address meant for another host must not override a URL's host. */
function withoutOtherAddress(variables: Variables): Variables {
  return variables.PGHOST !== undefined && variables.PGHOSTADDR === undefined
    ? { ...variables, PGHOSTADDR: '' }
    : variables;
}
