import { basename } from 'node:path';
import type { Context } from '@postgres-backuper/base';
import type { Server } from '@postgres-backuper/postgres';
import type { FileDigest } from './files/file-digest.ts';
import { openScript } from './files/script.ts';
import type { Decrypt } from './files/unpack.ts';
import { chooseOf, ownName } from './judge/script-choice.ts';
import type { ScriptFacts } from './judge/script-facts.ts';
import type { OldPlace } from './list-legacy.ts';
import { loadIntoNew } from './load-script.ts';
import { prepareTarget } from './load-target.ts';

export interface LegacySourceRequest {
  /** A path, or a key in one of the places. */
  readonly source: string;
  /** The wanted database in a file of pg_dumpall. */
  readonly database?: string | undefined;
}

interface Services {
  /** Its programs convert archives; nothing connects to it. */
  readonly server: Server;
  readonly places: readonly OldPlace[];
  /** Undefined: an encrypted file is refused. */
  readonly decrypt?: Decrypt | undefined;
}

/** An old file, read whole and judged. */
export interface LegacySource {
  /** Without its folder. */
  readonly file: string;
  readonly digest: FileDigest;
  readonly facts: ScriptFacts;
  /** The name of its database; undefined: it does not say. */
  readonly database: string | undefined;
  /** Made by pg_dumpall: it holds roles and tablespaces. */
  readonly isCluster: boolean;
  /** Loads it into a database that it creates; returns what was left out. Errors: those of restoreLegacy. */
  load(
    into: { readonly name: string; readonly server: Server; readonly maintenanceDatabases: readonly string[] },
    context: Context,
  ): Promise<readonly string[]>;
}

/**
 * Reads an old file whole, before anything of it runs. Errors: usage-invalid (no such file), object-altered (damaged,
 * incomplete), script-refused, configuration-invalid (a database has to be chosen).
 */
export async function openLegacySource(
  { source, database: wanted }: LegacySourceRequest,
  { server, places, decrypt }: Services,
  context: Context,
): Promise<LegacySource> {
  const script = await openScript({ source, places, decrypt }, server, context);
  const digest = await script.digest();
  const { survey, facts } = await script.survey();
  const choice = chooseOf(survey, { kind: 'database', name: wanted }, source);
  return {
    file: basename(source),
    digest,
    facts: facts(survey.isCluster ? wanted : undefined),
    database: survey.isCluster ? wanted : ownName(survey),
    isCluster: survey.isCluster,
    async load({ name: into, server: target, maintenanceDatabases }, inner) {
      const place = await prepareTarget({ into, maintenanceDatabases }, target, inner);
      const request = { name: source, into, maintenanceDatabases, script, choice };
      const leftOut = await loadIntoNew(request, place, inner);
      return [...new Set(leftOut.map(({ what }) => what))];
    },
  };
}
