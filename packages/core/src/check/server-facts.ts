import { BackuperError, formatDuration, numberOf, say } from '@postgres-backuper/base';
import type { ServerFacts } from './facts.ts';
import type { Findings } from './items.ts';
import { judgeStandby } from './standby.ts';

/** The major versions that the tests run on. */
const TESTED = { oldest: 14, newest: 18 };
/** The session with the snapshot, pg_dump's own beside its workers, and the pg_dump for the table of contents. */
const SESSIONS_BESIDE_JOBS = 3;
/** The session that detects a stall. */
const WATCHING_SESSIONS = 1;
/** That with the locks of a backup in parts. */
const LOCKING_SESSIONS = 1;
/** That of the run, and the one of the standby that holds the pause. */
const PAUSING_SESSIONS = 2;

/** Settings of a backup that decide how many sessions it needs. */
export interface AskedSessions {
  /** Parallel sessions of the dump. */
  readonly jobs: number;
  /** A table of at least this many bytes on disk is read by several sessions of their own; undefined: none. */
  readonly splitFromBytes?: number | undefined;
  /** Of the holder of a backup in parts: its tables are locked by sessions of their own. */
  readonly parts?: { readonly holderWorks: boolean } | undefined;
  /** Two more sessions pause the replay. */
  readonly pauseReplay?: boolean;
  /** One more session detects a stall, if one is free. */
  readonly isWatched?: boolean;
}

/** Judges connection, version, standby, connections, locks, password and globals. */
export function judgeFacts(facts: ServerFacts, asked: AskedSessions, findings: Findings): void {
  findings.ok('connection', `database '${facts.database}' (${facts.encoding}) as role '${facts.role}'`);
  judgeVersion(facts, findings);
  judgeStandby(facts, asked, findings);
  judgeConnections(facts, asked, findings);
  judgeLocks(facts, findings);
  judgePassword(facts, findings);
  judgeGlobals(facts, findings);
}

/** A dump locks every table in one transaction. The lock table may hold slightly more locks than calculated. */
function judgeLocks({ lockSlots, locksHeld, tables }: ServerFacts, findings: Findings): void {
  if (tables <= lockSlots - locksHeld) return;
  const text = `the lock table has room for ${lockSlots} locks, ${locksHeld} are held, and a dump locks all ${tables} tables at once`;
  findings.warning('locks', text, 'raise max_locks_per_transaction on the server and restart it');
}

const DAY_SECONDS = 86_400;

function judgePassword({ passwordExpiresIn, role }: ServerFacts, findings: Findings): void {
  if (passwordExpiresIn === null || passwordExpiresIn > 7 * DAY_SECONDS) return;
  const left = formatDuration(Math.max(0, passwordExpiresIn) * 1000);
  const text = `the password of role '${role}' expires in ${left}`;
  findings.warning('password', text, 'renew it before a backup runs into it: ALTER ROLE … VALID UNTIL');
}

function judgeVersion({ serverMajor, serverVersion }: ServerFacts, findings: Findings): void {
  const range = `${TESTED.oldest} to ${TESTED.newest}`;
  if (serverMajor >= TESTED.oldest && serverMajor <= TESTED.newest) {
    findings.ok('server version', `${serverVersion} (tested: ${range})`);
    return;
  }
  const hint = 'try a restore of its backups before you rely on them';
  findings.warning('server version', `${serverVersion} is not among the tested versions ${range}`, hint);
}

/** The number of sessions of the dump, without the one that detects a stall. */
export function sessionsOfDump(facts: ServerFacts, { jobs, splitFromBytes, parts, pauseReplay }: AskedSessions) {
  const isLarge = splitFromBytes !== undefined && jobs > 1 && facts.largestTableBytes >= splitFromBytes;
  const isSplit = isLarge && parts === undefined;
  // the sessions that read ranges lock their tables before pg_dump's own sessions begin
  const sessionsOfJob = isSplit || parts?.holderWorks === true ? 2 : 1;
  const ofParts = parts === undefined ? 0 : LOCKING_SESSIONS + (parts.holderWorks ? 0 : 1); // the one that locks its tables
  const beside = SESSIONS_BESIDE_JOBS + ofParts + (pauseReplay === true ? PAUSING_SESSIONS : 0);
  return { isSplit, sessionsOfJob, beside, sessions: jobs * sessionsOfJob + beside };
}

function judgeConnections(facts: ServerFacts, asked: AskedSessions, findings: Findings): void {
  const { isSplit, sessionsOfJob, beside, sessions } = sessionsOfDump(facts, asked);
  const watching = asked.isWatched === true ? WATCHING_SESSIONS : 0;
  const needed = sessions + watching;
  // the session of this check counts as used, and ends before the dump begins
  const free = facts.freeConnections + 1;
  if (free >= needed) {
    findings.ok('connections', `${needed} are needed, the server has that many free`);
    return;
  }
  const text = `a dump needs ${numberOf(needed, 'connection')}, and ${Math.max(free, 0)} of the server's ${free === 1 ? 'is' : 'are'} free`;
  if (free >= beside + 1) {
    const fitting = Math.floor((free - beside - watching) / sessionsOfJob);
    const or = isSplit ? `, or give ${say.option('splitTables', 'off')}` : '';
    const give = fitting > 0 ? `give ${say.option('jobs', String(fitting))}${or}, or ` : '';
    const unwatched = free >= sessions ? ': a stall would not be noticed' : '';
    findings.warning('connections', `${text}${unwatched}`, `${give}allow more connections`);
    return;
  }
  const hint = 'raise max_connections or the CONNECTION LIMIT of the role or database, or try again later';
  findings.problem('connections', new BackuperError('server-unavailable', text, { hint }));
}

function judgeGlobals(facts: ServerFacts, findings: Findings): void {
  if (facts.readsPasswords) findings.ok('globals', 'roles are kept with their password hashes');
  else {
    const hint = 'grant the role pg_read_all_data if a restore on a new server shall bring passwords back';
    findings.warning('globals', 'roles are kept without passwords, because pg_authid is not readable', hint);
  }
  if (facts.isSuperuser) return;
  if (facts.subscriptions > 0) {
    const text = `${facts.subscriptions} subscriptions are left out: only a superuser can dump them`;
    findings.warning('subscriptions', text, 'keep their CREATE SUBSCRIPTION statements elsewhere');
  }
  if (facts.hiddenMappings > 0) {
    const text = `options of ${facts.hiddenMappings} user mappings may be missing: they are hidden from the role`;
    findings.warning('user mappings', text, 'keep their CREATE USER MAPPING statements elsewhere');
  }
}
