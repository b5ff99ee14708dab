import { type Context, toBackuperError } from '@postgres-backuper/base';
import type { DatabaseIdentity } from '@postgres-backuper/format';
import {
  applySessionSettings,
  type Client,
  dumpingPrograms,
  type FoundPrograms,
  findPrograms,
  newestPrograms,
  openBareSession,
  type Programs,
  readIdentity,
  type Server,
  type Session,
  sql,
} from '@postgres-backuper/postgres';
import { checkCollations } from './collations.ts';
import { readFacts, type ServerFacts } from './facts.ts';
import { type Findings, looked } from './items.ts';
import { checkLargeValues } from './large-values.ts';
import { requireOneServer, requireOwnProcess } from './pooler.ts';
import { checkPrivileges } from './privileges.ts';
import { judgeFacts } from './server-facts.ts';
import { checkUnread } from './unread.ts';

/** Facts for a backup of the database. */
export interface CheckFacts extends ServerFacts {
  /** The client programs that fit the server; null when none do. */
  readonly programs: Programs | null;
  /** Only with `thorough`; unset where it could not be read. */
  readonly identity?: DatabaseIdentity | undefined;
}

export interface ServerCheck {
  readonly server: Server;
  /** Parallel sessions of the dump. */
  readonly jobs: number;
  /** A table of at least this many bytes on disk is read by several sessions; undefined: none. */
  readonly splitFromBytes?: number | undefined;
  /** The backup has a selection: what is not readable may not be needed. */
  readonly isPartial: boolean;
  readonly largeObjects: boolean;
  /** The replay of a standby is to be paused. */
  readonly pauseReplay: boolean;
  /** Tables that have not changed since a full are not to be read. */
  readonly skipUnchanged: boolean;
  /** True: also checks that need not run with each backup. */
  readonly thorough: boolean;
}

type Services = Pick<Context, 'clock' | 'signal' | 'activity'>;

/** Checks programs, connection, pooler, version and privileges; each needs those before it. */
export async function checkServer(
  request: ServerCheck,
  findings: Findings,
  context: Services,
): Promise<CheckFacts | undefined> {
  const isWatched = context.activity?.stallMs !== undefined;
  const found = await findPrograms(request.server, context);
  const newest = await looked(findings, 'programs', async () => newestPrograms(found));
  if (newest === undefined) {
    findings.undecided('connection', 'there is no psql to connect with');
    findings.undecided('privileges', 'there is no psql to connect with');
    return undefined;
  }
  const client = { server: request.server, programs: newest };
  const session = await openBareSession(client, context);
  try {
    const facts = await connect(session, client, findings, context);
    if (facts === undefined) return undefined;
    const programs = judgePrograms(found, facts, findings);
    judgeFacts(facts, { ...request, isWatched }, findings);
    const { isPartial, largeObjects, skipUnchanged } = request;
    const identity = request.thorough
      ? await lookFurther(session, { client, facts, isPartial, skipUnchanged }, findings, context)
      : undefined;
    await checkPrivileges({ session, facts, isPartial, largeObjects }, findings);
    return { ...facts, programs: programs ?? null, identity };
  } finally {
    await session.close();
  }
}

interface FurtherCheck extends Pick<ServerCheck, 'isPartial' | 'skipUnchanged'> {
  readonly client: Client;
  readonly facts: ServerFacts;
}

async function lookFurther(
  session: Session,
  { client, facts, isPartial, skipUnchanged }: FurtherCheck,
  findings: Findings,
  context: Services,
): Promise<DatabaseIdentity | undefined> {
  await looked(findings, 'address', () => requireOneServer(session, client, context));
  await looked(findings, 'collation', () => checkCollations(session, facts, findings));
  await looked(findings, 'large values', () => checkLargeValues({ session, facts, isPartial }, findings, context));
  if (skipUnchanged) await looked(findings, 'unchanged tables', () => checkUnread(session, facts.role, findings));
  return looked(findings, 'identity', () => readIdentity(session, client.server.env.PGHOST ?? 'localhost'));
}

async function connect(session: Session, client: Client, findings: Findings, context: Services) {
  const isConnected = await looked(findings, 'connection', async () => {
    await session.execute(sql`SELECT 1`);
    return true;
  });
  if (!isConnected) {
    findings.undecided('programs', 'the version of the server is not known without a connection');
    findings.undecided('privileges', 'there is no connection');
    return undefined;
  }
  const facts = await looked(findings, 'pooler', async () => {
    await requireOwnProcess(session, client, context);
    await applySessionSettings(session);
    return readFacts(session);
  });
  if (facts === undefined) findings.undecided('privileges', 'the connection is not suitable');
  return facts;
}

function judgePrograms(found: FoundPrograms, facts: ServerFacts, findings: Findings): Programs | undefined {
  try {
    const programs = dumpingPrograms(found, facts.serverMajor);
    findings.ok('programs', `pg_dump ${programs.version} in ${programs.binDir} fits server ${facts.serverVersion}`);
    return programs;
  } catch (error) {
    findings.problem('programs', toBackuperError(error));
    return undefined;
  }
}
