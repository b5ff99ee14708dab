import type { Emit, Event, Progress } from '@postgres-backuper/base';
import { escapeText } from '@postgres-backuper/base';
import { paint } from './paint.ts';
import { progressText } from './progress-text.ts';

export interface TerminalReporterOptions {
  readonly write: (text: string) => void;
  /** Whether the last line can be redrawn. */
  readonly interactive: boolean;
  readonly colours: boolean;
  /** Whether `detail` events are shown. */
  readonly verbose: boolean;
  /** Characters per line. */
  readonly width: () => number;
  /** Milliseconds of a monotonic clock. */
  readonly elapsed: () => number;
}

export interface Reporter {
  readonly emit: Emit;
  /** Removes the progress line. */
  end(): void;
}

/** Time between two progress texts, milliseconds. */
const REDRAW_MS = 100;
const LINE_MS = 10_000;

/** Shows events as lines; progress as one redrawn line on a terminal, else as a line every 10 s. */
export function createTerminalReporter(options: TerminalReporterOptions): Reporter {
  let drawn = false;
  let lastProgress = options.interactive ? Number.NEGATIVE_INFINITY : options.elapsed();
  const clear = (): void => {
    if (drawn) options.write('\r\x1b[2K');
    drawn = false;
  };
  const showProgress = (progress: Progress): void => {
    const now = options.elapsed();
    if (now - lastProgress < (options.interactive ? REDRAW_MS : LINE_MS)) return;
    lastProgress = now;
    const text = `  ${progressText(progress)}`;
    drawn = options.interactive;
    const redrawn = `\r\x1b[2K${paint(options.colours, 'dim', clip(text, options.width() - 1))}`;
    options.write(options.interactive ? redrawn : `${text}\n`);
  };
  const emit: Emit = (event) => {
    if (event.type === 'progress') return showProgress(event.progress);
    const lines = eventLines(event, options);
    if (lines.length === 0) return;
    clear();
    options.write(`${lines.join('\n')}\n`);
  };
  return { emit, end: clear };
}

/** No `default`: a new kind of event does not compile until it has lines here. */
function eventLines(
  event: Exclude<Event, { type: 'progress' }>,
  { colours, verbose }: TerminalReporterOptions,
): readonly string[] {
  const text = escapeText(event.text);
  switch (event.type) {
    case 'phase':
      return [`${paint(colours, 'cyan', '›')} ${paint(colours, 'bold', event.phase)}  ${text}`];
    case 'notice':
      return [`  ${text}`];
    case 'warning': {
      const hint = event.hint === undefined ? [] : [`  ${escapeText(event.hint)}`];
      return [`${paint(colours, 'yellow', '!')} ${text}`, ...hint];
    }
    case 'detail':
      return verbose ? [paint(colours, 'dim', `  ${text}`)] : [];
  }
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
