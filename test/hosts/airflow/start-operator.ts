import type { JobRequest, StartedJob } from '../same/job.ts';
import type { Operators } from './operators.ts';

/** Of the Connections; everything else is an argument or stands in `options`. */
const SERVER = ['host', 'port', 'user', 'password'];
const KEYS = ['public-key', 'private-key', 'private-key-passphrase'];

/** The operator with its arguments, as a task runs it; server and keys are Connections. */
export async function startOperator({ command, options }: JobRequest, operators: Operators): Promise<StartedJob> {
  const { host, user: login, password, repository, dbname = '' } = options;
  const keys = KEYS.map((name) => [snake(name), options[name]]);
  const isOurs = (name: string): boolean => [...SERVER, ...KEYS, 'repository', 'dbname'].includes(name);
  const others = Object.entries(options).flatMap(([name, value]) => (isOurs(name) ? [] : [[snake(name), value]]));
  const isList = dbname.startsWith('[');
  const names = isList ? (JSON.parse(dbname) as readonly string[]) : [dbname];
  const asked = {
    command,
    arguments: {
      repository,
      ...(names.length === 1 ? { database: names[0] } : {}),
      ...(command === 'verify' ? { target: 'latest' } : { create: true }), // the first backup in its directory
      options: { ...Object.fromEntries(others), ...(names.length === 1 ? {} : { dbname: names }) },
    },
    environment: {
      AIRFLOW_CONN_POSTGRES_DEFAULT: JSON.stringify({
        ...{ conn_type: 'postgres', host, port: Number(options.port), login, password },
      }),
      AIRFLOW_CONN_POSTGRES_BACKUPER_KEYS: JSON.stringify({ conn_type: 'generic', extra: Object.fromEntries(keys) }),
    },
  };
  const answer = operators.ask(asked);
  return {
    cancel: () => operators.cancel(),
    ended: answer.then(({ status, log, ...end }) => ({
      ...{ status, stdout: log, stderr: '', log },
      files: { 'task.json': JSON.stringify(end) },
    })),
  };
}

function snake(name: string): string {
  return name.replaceAll('-', '_');
}
