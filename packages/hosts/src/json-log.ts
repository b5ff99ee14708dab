import type { Event, Progress } from '@postgres-backuper/base';
import type { CommandName } from '@postgres-backuper/options';
import { JSON_VERSION } from './document-json.ts';
import type { ErrorText } from './host.ts';
import type { Reporter } from './terminal-reporter.ts';

interface Line<Type extends string> {
  readonly version: typeof JSON_VERSION;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly type: Type;
}

interface TextLine<Type extends string> extends Line<Type> {
  readonly text: string;
}

/** A line of `--log-format json`. */
export type LogLine =
  | (TextLine<'phase'> & { readonly phase: Extract<Event, { type: 'phase' }>['phase'] })
  | (Line<'progress'> & { readonly progress: Progress })
  | TextLine<'notice'>
  | (TextLine<'warning'> & { readonly hint?: string | undefined })
  /** Only with `--verbose`. */
  | TextLine<'detail'>
  /** Why the command failed. */
  | (Line<'error'> & { readonly error: ErrorText; readonly server?: string | undefined })
  /** The last line. */
  | (Line<'end'> & { readonly command: CommandName; readonly exit: number });

type Untimed<One> = One extends LogLine ? Omit<One, 'version' | 'time'> : never;

export interface JsonLogOptions {
  readonly write: (text: string) => void;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Whether `detail` events are shown. */
  readonly verbose: boolean;
}

/** Time between two lines of progress, milliseconds. */
const PROGRESS_MS = 10_000;

/** Writes one line of the JSON log. */
export function logJson(line: Untimed<LogLine>, { write, now }: Pick<JsonLogOptions, 'write' | 'now'>): void {
  const time = new Date(now()).toISOString();
  write(`${JSON.stringify({ version: JSON_VERSION, time, ...line })}\n`);
}

/** Shows events as lines of JSON. */
export function createJsonLog(options: JsonLogOptions): Reporter {
  let lastProgress = options.now();
  const isDue = (event: Event): boolean => {
    if (event.type === 'detail') return options.verbose;
    if (event.type !== 'progress') return true;
    if (options.now() - lastProgress < PROGRESS_MS) return false;
    lastProgress = options.now();
    return true;
  };
  const emit = (event: Event): void => {
    if (isDue(event)) logJson(event, options);
  };
  return { emit, end: () => undefined };
}
