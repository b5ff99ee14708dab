import type { Context } from '@postgres-backuper/base';
import {
  type Client,
  findPrograms,
  fittingPrograms,
  loadScript,
  newestPrograms,
  openMaintenanceSession,
  type Server,
  sql,
} from '@postgres-backuper/postgres';
import { runParts } from './files/run-parts.ts';
import { openScript } from './files/script.ts';
import type { Decrypt } from './files/unpack.ts';
import type { Judgement } from './judge/judgement.ts';
import { type Choice, chooseOf } from './judge/script-choice.ts';
import type { OldPlace } from './list-legacy.ts';

export interface LegacyGlobalsRequest {
  /** A path, or a key in one of the places: a file of pg_dumpall. */
  readonly source: string;
  readonly maintenanceDatabases: readonly string[];
}

export interface LegacyGlobalsResult {
  readonly source: string;
  readonly roles: readonly string[];
  readonly tablespaces: readonly string[];
  /** Statements about existing roles and tablespaces, which stay unchanged. */
  readonly leftOut: number;
  readonly durationMs: number;
}

interface Services {
  readonly server: Server;
  readonly places: readonly OldPlace[];
  /** Undefined: an encrypted file is refused. */
  readonly decrypt?: Decrypt | undefined;
}

/**
 * Creates the roles and tablespaces of a file of pg_dumpall that the server lacks, with their settings and memberships;
 * existing ones stay unchanged. Roles are created in one transaction; tablespaces, which need their directories on the
 * server, one after another. Errors: usage-invalid (no such file), object-altered, script-refused,
 * configuration-invalid (not a file of pg_dumpall), restore-failed.
 */
export async function restoreLegacyGlobals(
  { source: name, maintenanceDatabases }: LegacyGlobalsRequest,
  { server, places, decrypt }: Services,
  context: Context,
): Promise<LegacyGlobalsResult> {
  const begunAt = context.clock.elapsed();
  const script = await openScript({ source: name, places, decrypt }, server, context);
  const choice = chooseOf((await script.survey()).survey, { kind: 'globals' }, name);
  const target = await openTarget(maintenanceDatabases, server, context);
  const maker = createMaker(choice, target);
  context.emit({ type: 'phase', phase: 'pre-data', text: 'making roles and tablespaces' });
  const run = { ...maker, serverMajor: target.major, onCreate: () => undefined };
  const statements = runParts(script.parts(), run);
  await loadScript(target.client, { database: target.database, script: statements, what: name }, context);
  const { roles, tablespaces, leftOut } = maker.made();
  return { source: name, roles, tablespaces, leftOut, durationMs: Math.round(context.clock.elapsed() - begunAt) };
}

interface Target {
  readonly client: Client;
  readonly database: string;
  readonly major: number;
  readonly existing: Readonly<Record<'role' | 'tablespace', ReadonlySet<string>>>;
}

async function openTarget(databases: readonly string[], server: Server, context: Context): Promise<Target> {
  const found = await findPrograms(server, context);
  const newest = newestPrograms(found);
  const session = await openMaintenanceSession({ server, programs: newest }, databases, context);
  try {
    const [row] = await session.query<{ database: string; major: number }>(
      sql`SELECT current_database() AS database, current_setting('server_version_num')::int / 10000 AS major`,
    );
    const roles = await session.query<{ name: string }>(sql`SELECT rolname AS name FROM pg_catalog.pg_roles`);
    const spaces = await session.query<{ name: string }>(sql`SELECT spcname AS name FROM pg_catalog.pg_tablespace`);
    const [database, major] = [row?.database ?? '', row?.major ?? 0];
    const programs = newest.major >= major ? fittingPrograms(found, major) : newest;
    const existing = { role: namesOf(roles), tablespace: namesOf(spaces) };
    return { client: { server, programs }, database, major, existing };
  } finally {
    await session.close();
  }
}

function namesOf(rows: readonly { readonly name: string }[]): ReadonlySet<string> {
  return new Set(rows.map(({ name }) => name));
}

/** Creates roles in one transaction, which ends before the first tablespace: these cannot be created in one. */
function createMaker(choice: Choice, { existing }: Target) {
  const made = { role: [] as string[], tablespace: [] as string[] };
  let leftOut = 0;
  let state: 'before' | 'open' | 'ended' = 'before';
  const isExisting = (judgement: Parameters<Choice>[0]): boolean =>
    judgement.kind === 'global' && existing[judgement.of].has(judgement.name);
  const before = (judgement: Judgement): string => {
    if (judgement.kind !== 'global') return '';
    if (judgement.action === 'create') made[judgement.of].push(judgement.name);
    const wanted = judgement.of === 'role' ? 'open' : 'ended';
    if (state === wanted || (state === 'before' && wanted === 'ended')) return '';
    if (wanted === 'open' && state === 'ended') return ''; // a role's statement after the tablespaces
    state = wanted;
    return wanted === 'open' ? 'BEGIN;\n' : 'COMMIT;\n';
  };
  return {
    choice: (judgement: Parameters<Choice>[0], database: string | undefined) =>
      database === undefined && isExisting(judgement) ? 'leave-out' : choice(judgement, database),
    onLeftOut: () => {
      leftOut += 1;
    },
    before,
    after: () => (state === 'open' ? '\nCOMMIT;\n' : ''),
    made: () => ({ roles: made.role, tablespaces: made.tablespace, leftOut }),
  } as const;
}
