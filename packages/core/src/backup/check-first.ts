import { BackuperError, type Context } from '@postgres-backuper/base';
import type { Client, Selection, Server } from '@postgres-backuper/postgres';
import type { Repository } from '@postgres-backuper/repository';
import type { CheckItem } from '../check/items.ts';
import { sessionsOfDump } from '../check/server-facts.ts';
import { type CheckResult, checkError, checkRepository, runChecks } from '../check.ts';

export interface FirstChecks {
  readonly client: Client;
  readonly serverVersion: string;
  /** Connections that the dump needs. */
  readonly connections: number;
  /** Per repository: why it cannot be used; at least one can. */
  readonly failures: readonly (BackuperError | undefined)[];
}

/** The checks before a dump. Errors: those of the checks; that of the first repository when none can be used. */
export async function checkFirst(
  request: {
    readonly name: string;
    readonly jobs: number;
    readonly splitFromBytes?: number | undefined;
    readonly selection: Selection;
    readonly largeObjects: boolean;
    readonly segmentBytes: number;
    readonly parts?: { readonly holderWorks: boolean } | undefined;
    readonly pauseReplay?: boolean | undefined;
    readonly imported?: object;
  },
  { server, destinations }: { server: Server; destinations: readonly Repository[] },
  context: Context,
): Promise<FirstChecks> {
  const {
    name,
    jobs,
    splitFromBytes,
    parts,
    pauseReplay = false,
    selection,
    largeObjects,
    segmentBytes: segmentSizeBytes,
  } = request;
  const sessions = { jobs, splitFromBytes, parts, pauseReplay };
  const asked = {
    name,
    ...sessions,
    selection,
    largeObjects,
    segmentSizeBytes,
    imported: request.imported !== undefined,
    level: 'backup',
    onItem: tell(server, context),
  } as const;
  const onServer = await runChecks(asked, { server, destinations: [] }, context);
  const { facts } = onServer;
  const problem = checkError(onServer);
  if (problem !== undefined) throw problem;
  if (facts === null || facts.programs === null)
    throw new BackuperError('check-failed', 'the server could not be asked');
  const results: CheckResult[] = [];
  for (const repository of destinations) results.push(await checkRepository(asked, { repository, facts }, context));
  const failures = results.map(checkError);
  if (failures.every((failure) => failure !== undefined)) throw failures[0];
  const { programs, serverVersion } = facts;
  const { sessions: connections } = sessionsOfDump(facts, sessions);
  return { client: { server, programs }, serverVersion, connections, failures };
}

/** The text of an undecided item names neither the item nor the database: both are added. */
function tell({ env }: Server, { emit }: Context): (item: CheckItem) => void {
  return ({ state, what, text, hint, undecided }) => {
    if (state !== 'warning') return;
    const said = undecided ? `'${env.PGDATABASE ?? ''}': ${what} ${text}` : text;
    emit({ type: 'warning', text: said, hint });
  };
}
