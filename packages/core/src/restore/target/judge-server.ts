import { numberOf, say } from '@postgres-backuper/base';
import { databaseExists } from '@postgres-backuper/postgres';
import { dropStatement } from '../drop-replaced.ts';
import type { Finding } from './finding.ts';
import type { ServerRow } from './server-row.ts';
import type { Wanted } from './wanted.ts';

/** Sessions besides those that load data: those of definitions and of the lock, and the one that detects a stall. */
const SESSIONS_BESIDE_JOBS = 3;

/** The server, the name and the right to create a database. Pure. */
export function judgeServer(wanted: Wanted, facts: ServerRow): readonly Finding[] {
  return [
    ...taken(wanted, facts),
    ...standby(facts),
    ...creates(wanted, facts),
    ...version(wanted, facts),
    ...connections(wanted, facts),
  ];
}

function taken({ request }: Wanted, { isTaken, isUnfinished }: ServerRow): readonly Finding[] {
  if (request.given === true) return [];
  if (request.resume === true) return isTaken ? [] : [nothingToResume(request.database)];
  if (!isTaken) return [];
  const { code, message: what } = databaseExists(request.database);
  const other = `give another name with ${say.option('into')}, or exchange them with ${say.option('replace', request.database)}: an existing database is never overwritten`;
  const drop = dropStatement(request.database);
  const resume = `it is of a restore that did not end: continue with ${say.option('resume')}, or drop it: ${drop}`;
  const left = request.replaces === undefined ? other : `an earlier restore left it, which replaced nothing: ${drop}`;
  const solution = isUnfinished ? resume : left;
  return [{ kind: 'database', severity: 'blocks', code, what, solution }];
}

function nothingToResume(database: string): Finding {
  const what = `there is no database '${database}' in which a restore could continue`;
  const solution = `begin again without ${say.option('resume')}`;
  return { kind: 'database', severity: 'blocks', code: 'nothing-to-resume', what, solution };
}

function standby({ isStandby }: ServerRow): readonly Finding[] {
  if (!isStandby) return [];
  const what = 'the server is a standby: nothing can be created there';
  return [{ kind: 'server', severity: 'blocks', code: 'restore-failed', what, solution: 'restore to its primary' }];
}

function creates({ request }: Wanted, { createsDatabases, role }: ServerRow): readonly Finding[] {
  if (createsDatabases || request.resume === true || request.given === true) return [];
  const what = `database '${request.database}' cannot be created: role '${role}' has no CREATEDB`;
  const given = request.replaces === undefined ? `, or into an empty database with ${say.option('intoEmpty')}` : '';
  const solution = `restore with a role that has it (ALTER ROLE … CREATEDB)${given}`;
  return [{ kind: 'privilege', severity: 'blocks', code: 'privilege-missing', what, solution }];
}

function version({ catalog }: Wanted, { serverMajor }: ServerRow): readonly Finding[] {
  const dumped = Number.parseInt(catalog.dump.serverVersion, 10);
  if (serverMajor <= dumped) return []; // an older one is judged by itself
  return [
    { kind: 'server', severity: 'note', what: `the backup is of PostgreSQL ${dumped}, the server is ${serverMajor}` },
  ];
}

function connections({ request: { jobs } }: Wanted, { freeConnections }: ServerRow): readonly Finding[] {
  const free = freeConnections + 1; // the session that asks ends before the restore begins
  const needed = (jobs ?? 1) + SESSIONS_BESIDE_JOBS;
  if (free >= needed) return [];
  const what = `a restore needs ${numberOf(needed, 'connection')}, and ${Math.max(free, 0)} of the server's are free`;
  const fitting = free - SESSIONS_BESIDE_JOBS;
  const solution = fitting > 0 ? `give ${say.option('jobs', String(fitting))}` : 'try again when others have ended';
  return [{ kind: 'connections', severity: 'note', what, solution }];
}
