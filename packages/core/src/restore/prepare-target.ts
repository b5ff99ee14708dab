import { type Context, isBackuperError } from '@postgres-backuper/base';
import type { Catalog } from '@postgres-backuper/format';
import {
  type Client,
  type FoundPrograms,
  findPrograms,
  type GivenDatabase,
  newestPrograms,
  openMaintenanceSession,
  type Programs,
  type ReplacedDatabase,
  restoringPrograms,
  type Server,
  type Toc,
} from '@postgres-backuper/postgres';
import { blockingError, type Finding, isBlocking, tellFindings } from './target/finding.ts';
import { judge } from './target/judge.ts';
import { creatableRoles } from './target/judge-roles.ts';
import { readTargetFacts } from './target/target-facts.ts';
import { wantedOf } from './target/wanted.ts';
import type { TargetRequest } from './target-request.ts';

export interface PreparedTarget {
  /** Its programs can read the archive and fit the server. */
  readonly client: Client;
  readonly serverMajor: number;
  readonly isSuperuser: boolean;
  /** Methods of TOAST compression that the server was built with. */
  readonly compressions: readonly string[];
  /** Roles that the restore creates, on request. */
  readonly rolesToCreate: readonly string[];
  /** The database that the restore does not create. */
  readonly given: GivenDatabase | undefined;
  /** The database that the restored one is to replace. */
  readonly replaced: ReplacedDatabase | undefined;
}

export interface TargetServices {
  readonly server: Server;
  readonly catalog: Catalog;
  /** The bytes of toc.dat, and what they contain. */
  readonly archive: Buffer;
  readonly toc: Toc;
}

/** What is known of a target before anything is changed there. */
export interface ExaminedTarget {
  /** What blocks first. */
  readonly findings: readonly Finding[];
  readonly serverVersion: string;
  /** Undefined if no client programs fit, which a finding says. */
  readonly prepared: PreparedTarget | undefined;
}

/**
 * Checks all that can be checked before anything is created, and reports what the new database will lack. Errors:
 * those of examineTarget; for what blocks one of database-exists, database-not-empty, role-missing, tablespace-missing, extension-missing,
 * privilege-missing, program-missing, program-outdated, restore-failed, with all of it in its text.
 */
export async function prepareTarget(
  request: TargetRequest,
  services: TargetServices,
  context: Context,
): Promise<PreparedTarget> {
  const { findings, prepared } = await examineTarget(request, services, context);
  const error = blockingError(findings);
  if (error !== undefined) throw error;
  if (prepared === undefined) throw new Error('a target without programs blocks');
  tellFindings(findings, context.emit);
  return prepared;
}

/** Looks at the server and changes nothing there. Errors: those of a connection; program-missing without a psql. */
export async function examineTarget(
  request: TargetRequest,
  { server, catalog, archive, toc }: TargetServices,
  context: Context,
): Promise<ExaminedTarget> {
  const found = await findPrograms(server, context);
  const session = await openMaintenanceSession(
    { server, programs: newestPrograms(found) },
    request.maintenanceDatabases,
    context,
  );
  try {
    const wanted = wantedOf(request, catalog, toc);
    const facts = await readTargetFacts(session, wanted);
    const { serverVersion } = facts;
    const rolesToCreate = creatableRoles(wanted, facts);
    const fitting = fittingOrFinding(found, archive, facts.serverMajor);
    const findings = judge(wanted, facts).map((finding) => tolerated(finding, request));
    if ('finding' in fitting) return { findings: [fitting.finding, ...findings], serverVersion, prepared: undefined };
    const client = { server, programs: fitting.programs };
    const { serverMajor: major, isSuperuser, compressions, given, replaced } = facts;
    const known = { serverMajor: major, isSuperuser, compressions, given, replaced };
    return { findings, serverVersion, prepared: { client, rolesToCreate, ...known } };
  } finally {
    await session.close();
  }
}

function tolerated(finding: Finding, { tolerates = [] }: TargetRequest): Finding {
  return isBlocking(finding) && tolerates.includes(finding.kind) ? { ...finding, severity: 'missing' } : finding;
}

/** The programs that can read the archive and fit the server, or what is said where none do. */
export function fittingOrFinding(
  found: FoundPrograms,
  archive: Buffer,
  serverMajor: number,
): { readonly programs: Programs } | { readonly finding: Finding } {
  try {
    return { programs: restoringPrograms(found, archive, serverMajor) };
  } catch (error) {
    if (!isBackuperError(error)) throw error;
    const { code, message: what, hint: solution } = error;
    return { finding: { kind: 'program', severity: 'blocks', code, what, solution } };
  }
}
