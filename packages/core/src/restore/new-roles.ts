import { type Context, type Event, limitedTo, say, toBackuperError } from '@postgres-backuper/base';
import {
  createRoles,
  dropRoles,
  type GlobalRole,
  openMaintenanceSession,
  type RoleMap,
  readGlobalRoles,
} from '@postgres-backuper/postgres';
import { readFileWhole } from './file-stream.ts';
import type { OpenedBackup } from './opened-backup.ts';
import type { PreparedTarget } from './prepare-target.ts';
import { createSegments } from './segments.ts';
import { chooseRoles } from './target/choose-roles.ts';
import type { TargetRequest } from './target-request.ts';

const GLOBALS_FILE = 'globals.sql';

interface NewRolesRun {
  readonly backup: OpenedBackup;
  readonly request: TargetRequest;
  readonly target: PreparedTarget;
  readonly context: Context;
}

/**
 * Creates the roles that the target lacks, then does `work`; if that fails, those that nothing needs are dropped again.
 * Errors: those of reading globals.sql, statement-failed, privilege-missing, and of `work`.
 */
export async function withNewRoles<Result>(run: NewRolesRun, work: () => Promise<Result>): Promise<Result> {
  const { rolesToCreate } = run.target;
  if (rolesToCreate.length === 0) return work();
  await create(run);
  try {
    return await work();
  } catch (error) {
    await drop(run).catch((failed: unknown) => {
      const text = `roles that the restore created may still be there (${toBackuperError(failed).message})`;
      run.context.emit({ type: 'warning', text });
    });
    throw error;
  }
}

async function create({ backup, request, target, context }: NewRolesRun): Promise<void> {
  const globals = await readGlobals(backup, context);
  const { createRoles: how, roleMap: map = NO_MAP } = request;
  if (how === 'with-passwords' && backup.repository.trusted === undefined) context.emit(UNTRUSTED);
  const chosen = chooseRoles({ names: target.rolesToCreate, globals, map, passwords: how === 'with-passwords' });
  const session = await openMaintenanceSession(target.client, request.maintenanceDatabases, context);
  try {
    await createRoles(session, { ...chosen, joins: !target.isSuperuser }, target.serverMajor);
  } finally {
    await session.close();
  }
  const names = target.rolesToCreate.map((name) => `'${name}'`).join(', ');
  context.emit({ type: 'notice', text: `created the roles ${names}` });
  for (const text of chosen.lacks)
    context.emit({ type: 'warning', text, hint: `${say.command('export')} writes globals.sql with all of it` });
}

/** Whoever can write to the storage can make a backup with roles and passwords of their own. */
const UNTRUSTED: Event = {
  type: 'warning',
  text: 'roles get passwords from a backup whose origin is not checked: a forged one would let its author log in',
  hint: `give ${say.option('signerKey')}`,
};

const NO_MAP: RoleMap = new Map();

/** Empty where the backup has no roles: then they are made by their names alone. */
async function readGlobals(backup: OpenedBackup, { signal }: Context): Promise<readonly GlobalRole[]> {
  const file = backup.catalog.files.find(({ name }) => name === GLOBALS_FILE);
  if (file === undefined) return [];
  const bytes = await readFileWhole(createSegments(backup, { files: [file], keep: 1 }, signal), file);
  return readGlobalRoles(bytes.toString('utf8'));
}

/** How long the end of a run waits for it, milliseconds. */
const DROP_MS = 4000;

/** Not with the signal of a run that was cancelled. */
async function drop({ request, target, context: { clock } }: NewRolesRun): Promise<void> {
  const patient = limitedTo(DROP_MS, { clock });
  const session = await openMaintenanceSession(target.client, request.maintenanceDatabases, patient);
  try {
    await dropRoles(session, target.rolesToCreate);
  } finally {
    await session.close();
  }
}
