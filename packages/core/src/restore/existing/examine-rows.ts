import type { Context } from '@postgres-backuper/base';
import type { Catalog } from '@postgres-backuper/format';
import {
  type Client,
  type ExistingTables,
  findPrograms,
  newestPrograms,
  onDatabase,
  openMaintenanceSession,
  readExistingTables,
  type Server,
  sql,
  type Toc,
} from '@postgres-backuper/postgres';
import { type CopySession, type DumpTexts, openCopySession } from '../copy-session.ts';
import { fittingOrFinding } from '../prepare-target.ts';
import type { Finding } from '../target/finding.ts';
import { judgeEncoding } from '../target/judge-given.ts';
import { judgeServer } from '../target/judge-server.ts';
import { judgeSize } from '../target/judge-size.ts';
import { readServerRow } from '../target/server-row.ts';
import { wantedOf } from '../target/wanted.ts';
import { judgeRows } from './judge-rows.ts';
import { planRows, type RowsPlan } from './plan-rows.ts';
import type { WantedRows } from './wanted-rows.ts';

export interface RowsRequest {
  /** A database that exists. */
  readonly database: string;
  /** Empties the tables first. */
  readonly truncate: boolean;
}

export interface RowsServices {
  readonly server: Server;
  readonly catalog: Catalog;
  /** The bytes of toc.dat, and what they contain. */
  readonly archive: Buffer;
  readonly toc: Toc;
  readonly wanted: WantedRows;
  readonly dump: DumpTexts;
}

/** What is known before anything is changed. */
export interface ExaminedRows {
  /** What blocks first. */
  readonly findings: readonly Finding[];
  readonly serverVersion: string;
  /** Undefined if no client programs fit, which a finding says. */
  readonly client: Client | undefined;
  readonly plan: RowsPlan | undefined;
  readonly facts: ExistingTables | undefined;
}

const ENCODING = sql`SELECT pg_catalog.current_setting('server_encoding') AS encoding`;

/** Looks at a database that exists, and changes nothing. Errors: those of a connection, program-missing. */
export async function examineRows(
  request: RowsRequest,
  services: RowsServices,
  context: Context,
): Promise<ExaminedRows> {
  const { server, catalog, archive, wanted, dump } = services;
  const found = await findPrograms(server, context);
  const { row, encoding } = await readServer(request, services, context, newestPrograms(found));
  const target = { ...request, ...TARGET, maintenanceDatabases: [request.database] };
  const general = wantedOf(target, { ...catalog, tables: wanted.tables.map(({ table }) => table) }, NO_ENTRIES);
  const findings = [...judgeServer(general, row), ...judgeEncoding(general, encoding), ...judgeSize(general)];
  const fitting = fittingOrFinding(found, archive, row.serverMajor);
  const { serverVersion } = row;
  if ('finding' in fitting) {
    return {
      findings: [fitting.finding, ...findings],
      serverVersion,
      client: undefined,
      plan: undefined,
      facts: undefined,
    };
  }
  const client = { server: onDatabase(server, request.database), programs: fitting.programs };
  const session = await openCopySession(client, dump, context);
  try {
    const { plan, facts, findings: ofRows } = await lookAtRows(request, { session, wanted });
    return { findings: sorted([...ofRows, ...findings]), serverVersion, client, plan, facts };
  } finally {
    await session.close();
  }
}

/** Asked again within the transaction, once the tables are locked. Errors: those of the session. */
export async function lookAtRows(
  { database, truncate }: RowsRequest,
  { session, wanted }: { readonly session: Pick<CopySession, 'query'>; readonly wanted: WantedRows },
): Promise<{ readonly plan: RowsPlan; readonly facts: ExistingTables; readonly findings: readonly Finding[] }> {
  const { sequences, tables } = wanted;
  const facts = await readExistingTables(session, { tables: tables.map(({ into }) => into), sequences });
  const plan = planRows(wanted, facts, truncate);
  return { plan, facts, findings: judgeRows({ wanted, facts, plan, database }) };
}

const NO_ENTRIES: Toc = { pgDumpVersion: '', serverVersion: '', entries: [], entriesAt: 0 };
/** Only rows: nothing is made, so that nobody has to own it. */
const TARGET = { given: true, owner: false, privileges: false, policies: false, tablespaces: false, jobs: 1 } as const;

async function readServer(
  { database }: RowsRequest,
  { server, catalog }: RowsServices,
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

function sorted(findings: readonly Finding[]): readonly Finding[] {
  const rank = ({ severity }: Finding): number => ['blocks', 'missing', 'note'].indexOf(severity);
  return [...findings].sort((a, b) => rank(a) - rank(b));
}
