import {
  BackuperError,
  type Context,
  formatDuration,
  type ProgramEnd,
  say,
  startProgram,
} from '@postgres-backuper/base';
import { maskLine } from './mask-secrets.ts';

/** A command of the user's. */
export interface Hook {
  readonly when: 'before' | 'after';
  /** Run by `sh -c`. Its text is no secret. */
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  /** What no text may show of what the command says. */
  readonly secrets: readonly string[];
  readonly limitMs: number;
}

/** Lines of its output in the log. */
const SHOWN_LINES = 1000;
/** Shown of a line, and of the last one in an error, characters. */
const SHOWN_CHARACTERS = 500;
/** Both streams are one, so that the lines keep their order. */
const WITH_ONE_STREAM = 'exec /bin/sh -c "$1" 1>&2';

/**
 * Runs the command to its end; its lines go to the log, without secrets. A cancel and the end of its time end its process
 * group. Errors: hook-failed, cancelled.
 */
export async function runHook(
  hook: Hook,
  { clock, signal, emit, activity }: Pick<Context, 'clock' | 'signal' | 'emit' | 'activity'>,
): Promise<void> {
  const { when, command, env, limitMs } = hook;
  emit({ type: 'phase', phase: when, text: `running the command of ${say.given(when)}` });
  const over = new AbortController();
  const goOn = activity?.pause();
  let isLate = false;
  try {
    const args = ['-c', WITH_ONE_STREAM, when, command];
    const onStderrLine = tell(hook, emit);
    const program = await startProgram(
      { file: '/bin/sh', args, env, stdout: 'ignore', onStderrLine },
      { clock, signal },
    );
    const late = (): void => {
      isLate = true;
      program.stop();
    };
    clock.sleep(limitMs, { signal: over.signal, idle: true }).then(late, () => undefined);
    const end = await program.ended;
    if (end.status === 0 && !isLate) return;
    signal.throwIfAborted();
    throw failed(hook, end, isLate);
  } finally {
    over.abort();
    goOn?.();
  }
}

/** A function that takes the lines of the output. */
function tell({ when, secrets }: Hook, emit: Context['emit']): (line: string) => void {
  let lines = 0;
  return (line) => {
    lines += 1;
    if (lines <= SHOWN_LINES) emit({ type: 'notice', text: `${when}: ${shown(line, secrets)}` });
    if (lines === SHOWN_LINES + 1) emit({ type: 'notice', text: `${when}: its further lines are not shown` });
  };
}

function shown(line: string, secrets: readonly string[]): string {
  const masked = maskLine(line, secrets);
  return masked.length > SHOWN_CHARACTERS ? `${masked.slice(0, SHOWN_CHARACTERS)}…` : masked;
}

function failed({ when, secrets, limitMs }: Hook, end: ProgramEnd, isLate: boolean): BackuperError {
  const how = isLate
    ? `did not end within ${formatDuration(limitMs)}`
    : end.signal === null
      ? `ended with status ${end.status}`
      : `was ended by ${end.signal}`;
  const last = end.stderr.trim().split('\n').at(-1)?.trim() ?? '';
  const said = last === '' ? '' : `: ${shown(last, secrets)}`;
  const more = isLate ? `, or give it more time with ${say.option('hookTimeout')}` : '';
  return new BackuperError('hook-failed', `the command of ${say.given(when)} ${how}${said}`, {
    hint: `look at what it wrote into the log, and mend it${more}${when === 'before' ? ': nothing was stored' : ''}`,
  });
}
