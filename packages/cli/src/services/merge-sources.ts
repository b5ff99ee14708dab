import { isNearer } from '@postgres-backuper/options';
import type { ConnectionSource } from './connection-sources.ts';

/** The connection that all sources yield together. */
export interface MergedConnection {
  /** PG* variables except PGDATABASE. */
  readonly variables: Readonly<Record<string, string>>;
  /** The name under which the user set each of them and PGDATABASE. */
  readonly names: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly databases: readonly string[];
  readonly ignored: readonly string[];
  /** Each names both sources. */
  readonly problems: readonly string[];
  /** Values that are not used, and why. */
  readonly notices: readonly string[];
}

/** The first source of a value. */
interface Said {
  readonly value: string;
  readonly source: ConnectionSource;
}

interface Merging {
  readonly said: Map<string, Said>;
  readonly parameters: Record<string, string>;
  readonly ignored: string[];
  readonly problems: string[];
  readonly notices: string[];
  databases: { readonly names: readonly string[]; readonly source: ConnectionSource } | undefined;
}

const DEFAULT_PORT = '5432';
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/**
 * Nearer sources win, value by value. A source that names another server than a nearer one is not used at all, so that
 * its user, password or database never reaches the wrong server. Two sources of which neither is nearer must not name
 * different servers or databases; only a database beside a URL of the same place replaces the URL's.
 */
export function mergeSources(sources: readonly ConnectionSource[]): MergedConnection {
  const merging: Merging = {
    said: new Map(),
    parameters: {},
    ignored: [],
    problems: [],
    notices: [],
    databases: undefined,
  };
  for (const source of sources) if (isFit(source, merging)) add(source, merging);
  const { said, databases, ...rest } = merging;
  const variables = Object.fromEntries([...said].map(([variable, { value }]) => [variable, value]));
  const names = Object.fromEntries([...said].map(([variable, { source }]) => [variable, source.nameOf(variable)]));
  const ofDatabase = databases === undefined ? {} : { PGDATABASE: databases.source.nameOf('PGDATABASE') };
  return { ...rest, variables, names: { ...names, ...ofDatabase }, databases: databases?.names ?? [] };
}

function isFit(source: ConnectionSource, { said, problems, notices }: Merging): boolean {
  const host = said.get('PGHOST');
  const isPassedOver = host !== undefined && isNearer(host.source.origin, source.origin);
  if (source.problem !== undefined) {
    if (isPassedOver)
      notices.push(`${source.nameOf('PGHOST')} is not used: ${nameOf(host, 'PGHOST')} names the server`);
    else problems.push(`${source.nameOf('PGHOST')} ${source.problem}`);
    return false;
  }
  const other = otherServer(source, said);
  if (other === undefined) return true;
  const [here, there] = [addressOf(source), `${nameOf(other, other.variable)} names '${other.address}'`];
  const name = source.nameOf('PGHOST');
  if (isPassedOver) notices.push(`${name} names the server '${here}' and is not used${besideIt(source)}: ${there}`);
  else problems.push(`${name} names the server '${here}', but ${there}: leave one of them out`);
  if (isPassedOver && source.place === 'others' && !said.has('PGHOSTADDR'))
    said.set('PGHOSTADDR', { value: '', source });
  return false;
}

/** An earlier value that names another server than this source. */
function otherServer(
  source: ConnectionSource,
  said: Merging['said'],
): (Said & { readonly variable: string; readonly address: string }) | undefined {
  const { PGHOST: host, PGPORT: port } = source.variables;
  if (host === undefined) return undefined;
  const [saidHost, saidPort] = [said.get('PGHOST'), said.get('PGPORT')];
  if (saidHost === undefined) {
    const isOther = port !== undefined && saidPort !== undefined && saidPort.value !== port;
    if (!isOther || isNearer(saidPort.source.origin, source.origin)) return undefined;
    return { ...saidPort, variable: 'PGPORT', address: `${host}:${saidPort.value}` };
  }
  const isFarther = isNearer(saidHost.source.origin, source.origin);
  // a nearer host without a port has the default port
  const itsPort = saidPort?.value ?? (isFarther ? DEFAULT_PORT : port);
  const isSame = plainHost(saidHost.value) === plainHost(host) && (port === undefined || port === itsPort);
  return isSame ? undefined : { ...saidHost, variable: 'PGHOST', address: withPort(saidHost.value, saidPort?.value) };
}

function add(source: ConnectionSource, merging: Merging): void {
  const { said, problems } = merging;
  const user = said.get('PGUSER');
  const isOtherUser = user !== undefined && (source.variables.PGUSER ?? user.value) !== user.value;
  for (const [variable, value] of Object.entries(source.variables)) {
    if (said.has(variable) || (variable === 'PGPASSWORD' && isOtherUser)) continue;
    said.set(variable, { value, source });
  }
  for (const [name, value] of Object.entries(source.parameters)) merging.parameters[name] ??= value;
  merging.ignored.push(...source.ignored);
  if (source.databases.length === 0) return;
  const { databases } = merging;
  if (databases === undefined) merging.databases = { names: source.databases, source };
  else if (isUndecided(databases.source, source) && listed(databases.names) !== listed(source.databases)) {
    const [one, other] = [databases.source.nameOf('PGDATABASE'), source.nameOf('PGDATABASE')];
    problems.push(
      `${one} names the database ${listed(databases.names)}, but ${other} ${listed(source.databases)}: leave one of them out`,
    );
  }
}

/** Neither is nearer, and they were not written together. */
function isUndecided(one: ConnectionSource, other: ConnectionSource): boolean {
  return one.place !== other.place && !isNearer(one.origin, other.origin) && !isNearer(other.origin, one.origin);
}

function nameOf({ source }: Said, variable: string): string {
  return source.nameOf(variable);
}

/** Values that are unused together with their server; the user must set them again for another one. */
function besideIt({ variables, databases, nameOf: name }: ConnectionSource): string {
  const given = [...Object.keys(variables), ...(databases.length > 0 ? ['PGDATABASE'] : [])].map(name);
  const others = [...new Set(given)].filter((one) => one !== '' && one !== name('PGHOST'));
  return others.length === 0 ? '' : `, nor what belongs to it (${others.join(', ')})`;
}

function addressOf({ variables }: ConnectionSource): string {
  return withPort(variables.PGHOST ?? '', variables.PGPORT);
}

function withPort(host: string, port: string | undefined): string {
  return port === undefined ? host : `${host}:${port}`;
}

function plainHost(host: string): string {
  return LOOPBACK.includes(host) ? (LOOPBACK[0] as string) : host.toLowerCase();
}

function listed(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}
