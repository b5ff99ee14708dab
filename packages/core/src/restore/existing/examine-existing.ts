import type { Context } from '@postgres-backuper/base';
import type { Catalog, CatalogTable } from '@postgres-backuper/format';
import {
  type Client,
  findPrograms,
  newestPrograms,
  onDatabase,
  openMaintenanceSession,
  type Server,
  sql,
  type Toc,
} from '@postgres-backuper/postgres';
import { fittingOrFinding } from '../prepare-target.ts';
import type { Finding } from '../target/finding.ts';
import { judgeEncoding } from '../target/judge-given.ts';
import { noteOlder } from '../target/judge-older.ts';
import { judgeServer } from '../target/judge-server.ts';
import { judgeSize } from '../target/judge-size.ts';
import { readServerRow } from '../target/server-row.ts';
import { wantedOf } from '../target/wanted.ts';

export interface ExistingServices {
  readonly server: Server;
  readonly catalog: Catalog;
  /** The bytes of toc.dat. */
  readonly archive: Buffer;
  /** Whose rows are loaded. */
  readonly tables: readonly CatalogTable[];
}

/** A server and a database that exists, before anything is changed there. */
export interface ExaminedDatabase {
  readonly findings: readonly Finding[];
  readonly serverVersion: string;
  /** On the database. Undefined if no client programs fit, which a finding says. */
  readonly client: Client | undefined;
}

/** Looks at a database that exists, and changes nothing. Errors: those of a connection, program-missing. */
export async function examineExisting(
  request: { readonly database: string },
  services: ExistingServices,
  context: Context,
): Promise<ExaminedDatabase> {
  const { server, catalog, archive, tables } = services;
  const found = await findPrograms(server, context);
  const { row, encoding } = await readServer(request, services, context, newestPrograms(found));
  const target = { ...TARGET, database: request.database, maintenanceDatabases: [request.database] };
  const general = wantedOf(target, { ...catalog, tables }, NO_ENTRIES);
  const ofServer = [...judgeServer(general, row), ...noteOlder(general, row)];
  const findings = [...ofServer, ...judgeEncoding(general, encoding), ...judgeSize(general)];
  const fitting = fittingOrFinding(found, archive, row.serverMajor);
  const { serverVersion } = row;
  if ('finding' in fitting) return { findings: [fitting.finding, ...findings], serverVersion, client: undefined };
  const client = { server: onDatabase(server, request.database), programs: fitting.programs };
  return { findings: blockingFirst(findings), serverVersion, client };
}

const ENCODING = sql`SELECT pg_catalog.current_setting('server_encoding') AS encoding`;
const NO_ENTRIES: Toc = { pgDumpVersion: '', serverVersion: '', entries: [], entriesAt: 0 };
/** Only rows: nothing is made, so that nobody has to own it. */
const TARGET = { given: true, owner: false, privileges: false, policies: false, tablespaces: false, jobs: 1 } as const;

async function readServer(
  { database }: { readonly database: string },
  { server, catalog }: Pick<ExistingServices, 'server' | 'catalog'>,
  context: Context,
  programs: Client['programs'],
) {
  const session = await openMaintenanceSession({ server, programs }, [database], context);
  try {
    const target = { database, ...TARGET, maintenanceDatabases: [database] };
    const row = await readServerRow(session, wantedOf(target, catalog, NO_ENTRIES));
    const [setting] = await session.query<{ encoding: string }>(ENCODING);
    return { row, encoding: setting?.encoding ?? 'UTF8' };
  } finally {
    await session.close();
  }
}

/** Pure. */
export function blockingFirst(findings: readonly Finding[]): readonly Finding[] {
  const rank = ({ severity }: Finding): number => ['blocks', 'missing', 'note'].indexOf(severity);
  return [...findings].sort((a, b) => rank(a) - rank(b));
}
