import type { Context } from '@postgres-backuper/base';
import type { Server } from '@postgres-backuper/postgres';
import { openScript } from './files/script.ts';
import type { Decrypt } from './files/unpack.ts';
import { chooseOf } from './judge/script-choice.ts';
import type { OldPlace } from './list-legacy.ts';
import { type LeftOut, loadIntoNew } from './load-script.ts';
import { prepareTarget } from './load-target.ts';

export interface LegacyRestoreRequest {
  /** A path, or a key in one of the places: `backup_20240315_120000.sql.gz`, or any other dump of pg_dump. */
  readonly source: string;
  /** The new database. */
  readonly into: string;
  /** The wanted database in a file of pg_dumpall. */
  readonly database?: string | undefined;
  readonly maintenanceDatabases: readonly string[];
}

export interface LegacyRestoreResult {
  readonly source: string;
  readonly database: string;
  /** Size of the decompressed script. */
  readonly bytes: number;
  readonly durationMs: number;
  /** Statements about the database itself, which name the original one. */
  readonly leftOut: readonly LeftOut[];
}

interface Services {
  readonly server: Server;
  /** Where the source is looked up if it is not a path. */
  readonly places: readonly OldPlace[];
  /** Undefined: an encrypted file is refused. */
  readonly decrypt?: Decrypt | undefined;
}

/**
 * Loads a dump of pg_dump or pg_dumpall into a database that it creates: read whole → check → create → load → check the
 * content. Nothing runs before the whole file was read, its checksum compared and each statement checked; statements
 * that reach beyond the new database are refused. The SQL runs with the rights of the role. On any error the database
 * is dropped. Errors: usage-invalid (no such file), object-altered (damaged, incomplete), script-refused,
 * configuration-invalid (a database has to be chosen), restore-failed, database-exists.
 */
export async function restoreLegacy(
  request: LegacyRestoreRequest,
  { server, places, decrypt }: Services,
  context: Context,
): Promise<LegacyRestoreResult> {
  const begunAt = context.clock.elapsed();
  const { source: name, into, maintenanceDatabases } = request;
  const script = await openScript({ source: name, places, decrypt }, server, context);
  const target = await prepareTarget(request, server, context); // first: reading may take long
  const choice = chooseOf((await script.survey()).survey, { kind: 'database', name: request.database }, name);
  const leftOut = await loadIntoNew({ name, into, maintenanceDatabases, script, choice }, target, context);
  reportLeftOut(leftOut, context);
  const durationMs = Math.round(context.clock.elapsed() - begunAt);
  return { source: name, database: into, bytes: script.bytes(), durationMs, leftOut };
}

function reportLeftOut(leftOut: readonly LeftOut[], { emit }: Context): void {
  if (leftOut.length === 0) return;
  const kinds = [...new Set(leftOut.map(({ what }) => what))];
  const more = kinds.length > 5 ? ` and ${kinds.length - 5} more` : '';
  emit({
    type: 'warning',
    text: `left out, since it is about the original database: ${kinds.slice(0, 5).join(', ')}${more}`,
    hint: 'give the new database its owner, settings and privileges by hand; its encoding and locale are those of the server',
  });
}
