import type { Context } from '@postgres-backuper/base';
import type { Catalog } from '@postgres-backuper/format';
import { type ExistingTables, readExistingTables, type Server } from '@postgres-backuper/postgres';
import { type CopySession, type DumpTexts, openCopySession } from '../copy-session.ts';
import type { Finding } from '../target/finding.ts';
import { blockingFirst, type ExaminedDatabase, examineExisting } from './examine-existing.ts';
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
  /** The bytes of toc.dat. */
  readonly archive: Buffer;
  readonly wanted: WantedRows;
  readonly dump: DumpTexts;
}

/** What is known before anything is changed. */
export interface ExaminedRows extends ExaminedDatabase {
  readonly plan: RowsPlan | undefined;
  readonly facts: ExistingTables | undefined;
}

/** Looks at a database that exists, and changes nothing. Errors: those of a connection, program-missing. */
export async function examineRows(
  request: RowsRequest,
  services: RowsServices,
  context: Context,
): Promise<ExaminedRows> {
  const { wanted, dump } = services;
  const tables = wanted.tables.map(({ table }) => table);
  const { findings, serverVersion, client } = await examineExisting(request, { ...services, tables }, context);
  if (client === undefined) return { findings, serverVersion, client, plan: undefined, facts: undefined };
  const session = await openCopySession(client, dump, context);
  try {
    const { plan, facts, findings: ofRows } = await lookAtRows(request, { session, wanted });
    return { findings: blockingFirst([...ofRows, ...findings]), serverVersion, client, plan, facts };
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
