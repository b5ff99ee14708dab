import {
  type AnySettings,
  type Environment,
  type Resolved,
  say,
  settingsError,
  shownValue,
} from '@postgres-backuper/options';
import { connectionProblems } from './connection-problems.ts';
import { connectionSources } from './connection-sources.ts';
import type { Variables } from './database-url.ts';
import { mergeSources } from './merge-sources.ts';
import { tunnelRoute } from './tunnel-route.ts';

/** The input of `Server` of postgres. */
export interface ServerSettings {
  readonly env: Readonly<Record<string, string>>;
  readonly binDirs: readonly string[];
  /** libpq's keywords that have no variable. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Names of parameters that libpq does not use. */
  readonly ignored: readonly string[];
  /** The named databases in their order; PGDATABASE is the first. */
  readonly databases: readonly string[];
  /** Sentences on unused connection settings, with the reason. */
  readonly notices: readonly string[];
}

/**
 * A lost peer is noticed after two minutes, and firewalls see that the connection is in use. A server may also leave sent
 * data unread for two minutes.
 */
const PATIENCE = {
  keepalives_idle: '30',
  keepalives_interval: '10',
  keepalives_count: '9',
  tcp_user_timeout: '120000',
};

/** Variables that client programs get besides PG*; none is a secret of this program. */
const PASSED = ['PATH', 'HOME', 'TMPDIR', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
/** Variables that would change the content of a dump or select another database. */
const WITHHELD = [
  'PGCLIENTENCODING',
  'PGDATESTYLE',
  'PGTZ',
  'PGGEQO',
  'PGDATA',
  'PGSERVICE',
  'PGSERVICEFILE',
  'PGPASSWORD',
  // sources of the connection
  'PGHOST',
  'PGPORT',
  'PGUSER',
  'PGDATABASE',
];

/**
 * The server and the databases of the settings, by mergeSources. Errors: configuration-invalid, also when two sources of
 * which neither is nearer name different ones.
 */
export function createServer(resolved: Resolved, environment: Environment): ServerSettings {
  const merged = mergeSources(connectionSources(resolved, environment));
  const { parameters, ignored, databases, notices } = merged;
  const { pgBinDir = [], passwordCommand }: AnySettings = resolved.settings;
  const problems = [...merged.problems, ...singleProblems(resolved)];
  const [database] = databases;
  const env = {
    ...passedVariables(environment),
    PGAPPNAME: 'postgres-backuper',
    PGCONNECT_TIMEOUT: environment.PGCONNECT_TIMEOUT || '10',
    ...merged.variables,
    ...(database === undefined ? {} : { PGDATABASE: database }),
    LC_ALL: 'C',
  };
  if (passwordCommand !== undefined && merged.variables.PGPASSWORD) {
    const other = resolved.sources.get('passwordCommand') ?? say.option('passwordCommand');
    problems.push(`${merged.names.PGPASSWORD} gives a password, but so does ${other}: leave one of them out`);
  }
  problems.push(...connectionProblems(env, merged.names), ...tunnelProblems(resolved, env));
  if (problems.length > 0) throw settingsError(problems, 'correct them and start again');
  return {
    env,
    binDirs: pgBinDir,
    parameters: { ...PATIENCE, ...parameters },
    ignored,
    databases,
    notices,
  };
}

function tunnelProblems({ settings }: Resolved, env: Variables): readonly string[] {
  const { sshTunnel, sshKey, sshKnownHosts }: AnySettings = settings;
  if (sshTunnel === undefined) {
    const alone = sshKey === undefined ? (sshKnownHosts === undefined ? undefined : 'sshKnownHosts') : 'sshKey';
    return alone === undefined ? [] : [`${say.given(alone)} is for ${say.option('sshTunnel')}: give both, or neither`];
  }
  const route = tunnelRoute(sshTunnel, env);
  return 'problem' in route ? [`${say.given('sshTunnel')} ${route.problem}`] : [];
}

function singleProblems({ settings: own, sources }: Resolved): readonly string[] {
  const settings: AnySettings = own;
  const problems: string[] = [];
  const isUrl = (text: string | undefined): boolean => text !== undefined && /^postgres(ql)?(\+\w+)?:\/\//i.test(text);
  for (const name of ['host', 'user', 'dbname'] as const) {
    const value = name === 'dbname' ? settings.dbname?.find(isUrl) : settings[name];
    if (isUrl(value)) problems.push(`${sources.get(name)} holds a URL: set ${say.option('databaseUrl')} instead`);
  }
  if (settings.host && /:\d+$/.test(settings.host) && !settings.host.includes('::')) {
    problems.push(`${sources.get('host')} holds a port: give it with ${say.option('port')}`);
  }
  if (settings.port !== undefined && !/^\d{1,5}(,\d{1,5})*$/.test(settings.port)) {
    problems.push(`${sources.get('port')}: ${shownValue(settings.port)} is not a port`);
  }
  return problems;
}

function passedVariables(environment: Environment): Variables {
  const passed = Object.entries(environment).filter(
    ([name, value]) =>
      value && !WITHHELD.includes(name) && (PASSED.includes(name) || /^(PG[A-Z]+|KRB5[A-Z0-9_]*)$/.test(name)),
  );
  return Object.fromEntries(passed) as Variables;
}
