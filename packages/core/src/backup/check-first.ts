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

/** The server as a backup needs it. */
export interface FirstRequest {
  readonly name: string;
  readonly jobs: number;
  readonly splitFromBytes?: number | undefined;
  readonly selection: Selection;
  readonly largeObjects: boolean;
  readonly segmentBytes: number;
  readonly parts?: { readonly holderWorks: boolean } | undefined;
  readonly pauseReplay?: boolean | undefined;
  readonly imported?: object;
}

/** A check of the server that goes on. */
export interface ServerCheck {
  /** Errors: cancelled. */
  readonly result: Promise<CheckResult>;
  /** Ends it if it has not ended. */
  end(): Promise<void>;
}

/** Begins the checks of the server before a dump: they wait for it, not for this process. What they find is told later. */
export function beginServerCheck(request: FirstRequest, server: Server, context: Context): ServerCheck {
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const result = runChecks(askedOf(request), { server, destinations: [] }, { ...context, signal });
  result.catch(() => undefined); // told to whoever waits for it
  return {
    result,
    async end() {
      stop.abort(new BackuperError('cancelled', 'the check of the server is not needed any more'));
      await result.catch(() => undefined);
    },
  };
}

/** The checks before a dump. Errors: those of the checks; that of the first repository when none can be used. */
export async function checkFirst(
  request: FirstRequest,
  { server, destinations, serverCheck }: FirstServices,
  context: Context,
): Promise<FirstChecks> {
  const asked = askedOf(request);
  const onItem = tell(server, context);
  const onServer = await (serverCheck ?? beginServerCheck(request, server, context)).result;
  onServer.items.forEach(onItem);
  const { facts } = onServer;
  const problem = checkError(onServer);
  if (problem !== undefined) throw problem;
  if (facts === null || facts.programs === null)
    throw new BackuperError('check-failed', 'the server could not be asked');
  const results: CheckResult[] = [];
  for (const repository of destinations)
    results.push(await checkRepository({ ...asked, onItem }, { repository, facts }, context));
  const failures = results.map(checkError);
  if (failures.every((failure) => failure !== undefined)) throw failures[0];
  const { programs, serverVersion } = facts;
  const { sessions: connections } = sessionsOfDump(facts, asked);
  return { client: { server, programs }, serverVersion, connections, failures };
}

interface FirstServices {
  readonly server: Server;
  readonly destinations: readonly Repository[];
  /** Undefined: it begins now. */
  readonly serverCheck?: ServerCheck | undefined;
}

function askedOf({ name, selection, largeObjects, segmentBytes: segmentSizeBytes, ...request }: FirstRequest) {
  const { jobs, splitFromBytes, parts, pauseReplay = false, imported } = request;
  return {
    ...{ name, jobs, splitFromBytes, parts, pauseReplay, selection, largeObjects, segmentSizeBytes },
    imported: imported !== undefined,
    level: 'backup',
  } as const;
}

/** The text of an undecided item names neither the item nor the database: both are added. */
function tell({ env }: Server, { emit }: Context): (item: CheckItem) => void {
  return ({ state, what, text, hint, undecided }) => {
    if (state !== 'warning') return;
    const said = undecided ? `'${env.PGDATABASE ?? ''}': ${what} ${text}` : text;
    emit({ type: 'warning', text: said, hint });
  };
}
