import { hostname } from 'node:os';
import { BackuperError } from '@postgres-backuper/base';
import { type CommandDocument, type HostName, jobLink } from '@postgres-backuper/hosts';
import { type Sent, sendMessage, sendStart, type Target } from '@postgres-backuper/notifications';
import { type AnySettings, type CommandName, type Environment, type Resolved, say } from '@postgres-backuper/options';
import { realClock } from '../real-clock.ts';
import { targetsOf } from '../services/notify-targets.ts';
import { anomaliesOf, eventOf, eventsOf, type Known, wantedOf } from './event.ts';
import { messageOf, type Report } from './message-of.ts';
import { lookBefore, type NameBefore, noteFailure } from './run-before.ts';
import { limitsOfCancelled, whileSending } from './sending.ts';

/** Tells the services in the settings how a run ended: one message for a run. */
export interface Notifier {
  /** Sends what the document asks for. Returns a warning for each service that got no message. */
  tell(document: CommandDocument): Promise<readonly BackuperError[]>;
}

export interface NotifierRequest {
  readonly resolved: Resolved;
  readonly environment: Environment;
  readonly hostName: HostName;
}

const NONE: Notifier = { tell: async () => [] };

/** Reports the start to heartbeats, and looks at the state before the run. Invalid URLs are left out. */
export function startNotifier({ resolved, environment, hostName }: NotifierRequest): Notifier {
  const { command, settings } = resolved;
  const targets = command === 'notify' ? [] : targetsOf(settings).filter((one) => isTold(one, command));
  if (targets.length === 0) return NONE;
  const hasReaders = targets.some(({ kind }) => kind !== 'heartbeat');
  const looking = command === 'backup' && hasReaders ? lookBefore(resolved, environment) : Promise.resolve([]);
  const started = sendStart(targets, { clock: realClock, environment }).catch(() => undefined);
  return {
    async tell(document) {
      const isCancelled = document.error?.code === 'cancelled';
      const before = await (isCancelled ? Promise.race([looking, []]) : looking);
      if (command === 'backup' && document.exit !== 0 && !isCancelled) await noteFailure(failedOf(document, before));
      const report = { ...ofMachine(hostName, environment), document, before, anomalies: anomaliesOf(document) };
      const sent = await whileSending(async (signal) => {
        if (!isCancelled) await started;
        const services = {
          clock: realClock,
          environment,
          signal,
          ...(isCancelled ? { limits: limitsOfCancelled() } : {}),
        };
        const parts = partsOf(targets, report, settings);
        return Promise.all(parts.map(({ event, to }) => sendMessage(messageOf(event, report), to, services)));
      });
      return sent.flat().flatMap(warningOf);
    },
  };
}

/** A heartbeat watches for work that was not done: a good `check` or `report` in the same job must not stand for it. */
function isTold({ kind }: Target, command: CommandName): boolean {
  return kind !== 'heartbeat' || (command !== 'check' && command !== 'report');
}

/** What a message says of where it comes from. */
export function ofMachine(hostName: HostName, environment: Environment): Pick<Report, 'job' | 'machine' | 'now'> {
  return { job: jobLink(hostName, environment), machine: hostname(), now: realClock.now() };
}

/** Heartbeats get each end; others get the events that are wanted. */
function partsOf(targets: readonly Target[], report: Report, settings: AnySettings) {
  const { document, before, anomalies } = report;
  const known: Known = { anomalies, hasRecovered: hasRecovered(document, before) };
  const beats = targets.filter(({ kind }) => kind === 'heartbeat');
  const readers = targets.filter(({ kind }) => kind !== 'heartbeat');
  const event = eventOf(document, known, wantedOf(settings));
  return [
    { event: eventsOf(document, known).at(-1) ?? ('success' as const), to: beats },
    ...(event === undefined ? [] : [{ event, to: readers }]),
  ];
}

function hasRecovered({ command, result }: CommandDocument, before: readonly NameBefore[]): boolean {
  const made = command === 'backup' ? (result?.backups ?? []).map(({ name }) => name) : [];
  return before.some(({ name, failingSince }) => failingSince !== undefined && made.includes(name));
}

/** The names without a new backup; those that were skipped did not fail. */
function failedOf({ command, result }: CommandDocument, before: readonly NameBefore[]): readonly NameBefore[] {
  if (command !== 'backup' || result === undefined) return before;
  const done = [...result.backups.map(({ name }) => name), ...result.skipped];
  return before.filter(({ name }) => !done.includes(name));
}

/** The error of a service that got no message: it is shown as a warning. */
export function warningOf({ target, problem }: Sent): readonly BackuperError[] {
  if (problem === undefined) return [];
  const hint = problem.hint ?? `try it with ${say.command('notify')}`;
  return [new BackuperError('notification-failed', `no message to ${target}: ${problem.why}`, { hint })];
}
