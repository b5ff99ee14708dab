import type { Programs } from './client-programs.ts';

/** How the client programs reach a PostgreSQL server. */
export interface Server {
  /**
   * The complete environment of each client program (an allow-list: PATH, HOME, LC_*, PG*). Holds the password as
   * PGPASSWORD if one is given; never shown. PGDATABASE is the database.
   */
  readonly env: Readonly<Record<string, string>>;
  /** Folders searched before PATH (`--pg-bin-dir`). */
  readonly binDirs: readonly string[];
  /** Gives the password that is valid now (`--password-command`). Undefined: `env` holds what a login needs. */
  readonly askPassword?: (() => Promise<string>) | undefined;
  /** Where connections go now instead (`--ssh-tunnel`); PGHOST stays the name that TLS verifies. Undefined: to the server. */
  readonly openTunnel?: (() => Promise<TunnelPlace>) | undefined;
}

/** The end of a tunnel on this machine, in the variables of libpq. */
export interface TunnelPlace {
  readonly PGHOSTADDR: string;
  readonly PGPORT: string;
}

/** A server together with the programs that fit it. */
export interface Client {
  readonly server: Server;
  readonly programs: Programs;
}

/** `host:port` for people, as libpq reads the variables; all of several hosts. */
export function addressOf({ env }: Pick<Server, 'env'>): string {
  const hosts = (env.PGHOST || env.PGHOSTADDR || 'local socket').split(',');
  const ports = (env.PGPORT || '5432').split(',');
  return hosts.map((host, index) => `${host}:${ports[index] ?? ports[0]}`).join(', ');
}

/** The same server, another database. */
export function onDatabase(server: Server, dbname: string): Server {
  return { ...server, env: { ...server.env, PGDATABASE: dbname } };
}

/** The same client, whose sessions have this application_name. */
export function namedSessions(client: Client, applicationName: string): Client {
  return { ...client, server: { ...client.server, env: { ...client.server.env, PGAPPNAME: applicationName } } };
}

/** Adds or replaces settings for all sessions of a program, e.g. `array_nulls=on`. Values hold no blank or backslash. */
export function withSettings(server: Server, settings: readonly string[]): Server {
  const given = server.env.PGOPTIONS === undefined ? [] : [server.env.PGOPTIONS];
  const options = [...given, ...settings.map((setting) => `-c ${setting}`)].join(' ');
  return { ...server, env: { ...server.env, PGOPTIONS: options } };
}

/** A connection string with only the database's name, quoted: for programs that need `-d`. */
export function dbnameArgument(dbname: string): string {
  return `dbname='${dbname.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
