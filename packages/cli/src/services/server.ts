import type { OptionName } from '../options/options.ts';
import type { Resolved } from '../options/resolve.ts';
import { settingsError } from '../options/settings-error.ts';
import { shownValue } from '../options/shown.ts';
import type { Environment } from '../options/sources.ts';
import { connectionProblems } from './connection-problems.ts';
import { type Connection, type ParsedUrl, parseDatabaseUrl, type Variables } from './database-url.ts';
import { readService } from './service-file.ts';

/** As core's Server. */
export interface ServerSettings {
  readonly env: Readonly<Record<string, string>>;
  readonly binDirs: readonly string[];
  /** libpq's keywords that have no variable. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Names of parameters that say nothing to libpq. */
  readonly ignored: readonly string[];
}

/**
 * A peer that is gone is noticed after two minutes, and firewalls see that the connection is in use. For as long
 * may a server also leave unread what we send.
 */
const PATIENCE = {
  keepalives_idle: '30',
  keepalives_interval: '10',
  keepalives_count: '9',
  tcp_user_timeout: '120000',
};

/** What client programs may see besides PG*; a secret of ours is none of it. */
const PASSED = ['PATH', 'HOME', 'TMPDIR', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
/** They would change what a dump holds, or which database is meant. */
const WITHHELD = [
  'PGCLIENTENCODING',
  'PGDATESTYLE',
  'PGTZ',
  'PGGEQO',
  'PGDATA',
  'PGSERVICE',
  'PGSERVICEFILE',
  'PGPASSWORD',
];
const SINGLE = { host: 'PGHOST', port: 'PGPORT', user: 'PGUSER', dbname: 'PGDATABASE' } as const;

/**
 * The server that the settings mean. A flag wins over DATABASE_URL, that over single variables, those of ours over
 * PGSERVICE. Errors: configuration-invalid.
 */
export function createServer({ settings, sources }: Resolved, environment: Environment): ServerSettings {
  const problems: string[] = [];
  const url = settings.databaseUrl === undefined ? undefined : parseDatabaseUrl(settings.databaseUrl.reveal());
  if (url !== undefined && 'problem' in url) problems.push(`${sources.get('databaseUrl')} ${url.problem}`);
  const service = readService(environment);
  if ('problem' in service) problems.push(`PGSERVICE ${service.problem}`);
  problems.push(...singleProblems({ settings, sources }));
  const single = { ...singleVariables({ settings, sources }), ...passwordVariable(settings.password?.reveal()) };
  const [ofService, ofUrl] = [connectionOf(service), connectionOf(url)];
  const env = {
    ...passedVariables(environment),
    PGAPPNAME: 'postgres-backuper',
    PGCONNECT_TIMEOUT: environment.PGCONNECT_TIMEOUT || '10',
    ...from(single, sources, 'libpq'),
    ...ofService.variables,
    ...from(single, sources, 'ours'),
    ...withoutOtherAddress(ofUrl.variables),
    ...from(single, sources, 'flag'),
    LC_ALL: 'C',
  };
  const source = sources.get('databaseUrl') ?? 'DATABASE_URL';
  problems.push(...connectionProblems(env, { variables: ofUrl.variables, source }));
  if (problems.length > 0) throw settingsError(problems, 'correct them and start again');
  return {
    env,
    binDirs: settings.pgBinDir,
    parameters: { ...PATIENCE, ...ofService.parameters, ...ofUrl.parameters },
    ignored: [...ofService.ignored, ...ofUrl.ignored],
  };
}

type Rank = 'flag' | 'ours' | 'libpq';
const OPTION_OF: Readonly<Record<string, OptionName>> = {
  PGHOST: 'host',
  PGPORT: 'port',
  PGUSER: 'user',
  PGDATABASE: 'dbname',
  PGPASSWORD: 'password',
};

function from(single: Variables, sources: Resolved['sources'], rank: Rank): Variables {
  return Object.fromEntries(
    Object.entries(single).filter(
      ([variable]) => rankOf(sources.get(OPTION_OF[variable] as OptionName) ?? '') === rank,
    ),
  );
}

function rankOf(source: string): Rank {
  if (source.startsWith('--')) return 'flag';
  return /^PG[A-Z]/.test(source) ? 'libpq' : 'ours';
}

function singleVariables({ settings }: Pick<Resolved, 'settings' | 'sources'>): Variables {
  const values = { host: settings.host, port: settings.port, user: settings.user, dbname: settings.dbname[0] };
  return Object.fromEntries(
    Object.entries(SINGLE).flatMap(([name, variable]) => {
      const value = values[name as keyof typeof values];
      return value === undefined ? [] : [[variable, value]];
    }),
  );
}

function singleProblems({ settings, sources }: Pick<Resolved, 'settings' | 'sources'>): readonly string[] {
  const problems: string[] = [];
  const isUrl = (text: string | undefined): boolean => text !== undefined && /^postgres(ql)?(\+\w+)?:\/\//i.test(text);
  for (const name of ['host', 'user', 'dbname'] as const) {
    const value = name === 'dbname' ? settings.dbname.find(isUrl) : settings[name];
    if (isUrl(value)) problems.push(`${sources.get(name)} holds a URL: set DATABASE_URL instead`);
  }
  if (settings.host && /:\d+$/.test(settings.host) && !settings.host.includes('::')) {
    problems.push(`${sources.get('host')} holds a port: write the port into PG_PORT`);
  }
  if (settings.port !== undefined && !/^\d{1,5}(,\d{1,5})*$/.test(settings.port)) {
    problems.push(`${sources.get('port')}: ${shownValue(settings.port)} is not a port`);
  }
  return problems;
}

function passwordVariable(password: string | undefined): Variables {
  return password === undefined ? {} : { PGPASSWORD: password };
}

const NOTHING: Connection = { variables: {}, parameters: {}, ignored: [] };

function connectionOf(read: ParsedUrl | undefined): Connection {
  return read !== undefined && 'variables' in read ? read : NOTHING;
}

/** A URL's host must not be overruled by an address that was meant for another host. */
function withoutOtherAddress(variables: Variables): Variables {
  return variables.PGHOST !== undefined && variables.PGHOSTADDR === undefined
    ? { ...variables, PGHOSTADDR: '' }
    : variables;
}

function passedVariables(environment: Environment): Variables {
  const passed = Object.entries(environment).filter(
    ([name, value]) =>
      value && !WITHHELD.includes(name) && (PASSED.includes(name) || /^(PG[A-Z]+|KRB5[A-Z0-9_]*)$/.test(name)),
  );
  return Object.fromEntries(passed) as Variables;
}
