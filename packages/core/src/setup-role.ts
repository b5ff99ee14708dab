import { BackuperError, type Context, escapeText } from '@postgres-backuper/base';
import {
  backupRole,
  findPrograms,
  literal,
  newestPrograms,
  pauseReplay,
  readLargeObjects,
  runCheckpointWhereUsed,
  type Server,
  type Session,
  type Sql,
  sql,
  storePassword,
  textOf,
  withSession,
} from '@postgres-backuper/postgres';
import { scramVerifier } from './setup/scram-verifier.ts';

/** PostgreSQL cuts longer names, and two of them would be one role. */
const NAME_BYTES = 63;

export interface RoleRequest {
  readonly role: string;
  /** The database that it backs up: that of the connection. */
  readonly database: string;
  /** Also what a differential needs to leave unchanged tables unread. */
  readonly skipUnchanged: boolean;
  /** Also what a backup of a standby needs to pause the replay there. */
  readonly pauseReplay: boolean;
}

export interface SetupRoleResult {
  readonly role: string;
  readonly database: string;
  /** The statements, without a password. Each can be run again. */
  readonly statements: readonly string[];
  /** False: they were not run. */
  readonly applied: boolean;
  /** Whether a password was set here. */
  readonly passwordSet: boolean;
}

/** The statements of the least role, for somebody who may run them. Errors: configuration-invalid. */
export function planRole(request: RoleRequest): SetupRoleResult {
  const statements = statementsFor(request).map((one) => `${textOf(one)};`);
  return { role: request.role, database: request.database, statements, applied: false, passwordSet: false };
}

/**
 * Runs them in one transaction: all or none. The password is sent as what the server keeps of it. Errors:
 * configuration-invalid for a superuser or a password that is not ASCII, those of a session.
 */
export async function applyRole(
  request: RoleRequest,
  { server, password }: { readonly server: Server; readonly password: string | undefined },
  context: Context,
): Promise<SetupRoleResult> {
  const planned = planRole(request);
  const secret = password === undefined ? [] : [storePassword(request.role, scramVerifier(password))];
  const client = { server, programs: newestPrograms(await findPrograms(server, context)) };
  await withSession(client, context, async (session) => {
    await refuseSuperuser(session, request.role);
    for (const one of [sql`BEGIN`, ...statementsFor(request), ...secret, sql`COMMIT`]) await session.execute(one);
  });
  return { ...planned, applied: true, passwordSet: password !== undefined };
}

function statementsFor({ role, database, ...also }: RoleRequest): readonly Sql[] {
  for (const [what, name] of [
    ['role', role],
    ['database', database],
  ] as const) {
    refuseName(what, name);
  }
  if (/^(pg_.*|public|none)$/.test(role))
    throw invalid(`PostgreSQL keeps the name '${role}'`, 'name the role otherwise');
  const unchanged = also.skipUnchanged ? [runCheckpointWhereUsed(role)] : [];
  const replay = also.pauseReplay ? [pauseReplay(role)] : [];
  return [...backupRole(role, database), ...readLargeObjects(role), ...unchanged, ...replay];
}

function refuseName(what: string, name: string): void {
  if (name === '') throw invalid(`the name of the ${what} is empty`, 'give a name');
  if (Buffer.byteLength(name) > NAME_BYTES)
    throw invalid(`the name of the ${what} has more than ${NAME_BYTES} bytes`, 'give a shorter one');
  if (escapeText(name) !== name)
    throw invalid(`the name of the ${what} has invisible characters: ${escapeText(name)}`, 'give one that can be seen');
}

/** Its password and rights are those of the whole server: nothing here is meant for it. */
async function refuseSuperuser(session: Session, role: string): Promise<void> {
  const [found] = await session.query(
    sql`SELECT rolname FROM pg_catalog.pg_roles WHERE rolsuper AND rolname = ${literal(role)}`,
  );
  if (found === undefined) return;
  throw invalid(`role '${role}' is a superuser`, 'name a role of its own for backups');
}

function invalid(message: string, hint: string): BackuperError {
  return new BackuperError('configuration-invalid', message, { hint });
}
