import { randomBytes } from 'node:crypto';
import type { Context } from '@postgres-backuper/base';

/** What the server said in a warning. */
export interface ServerWarning {
  readonly sqlState: string;
  /** In the language of the server. */
  readonly message: string;
}

/** The warnings of one session: passed on, unless they are about privileges and of a text with a frame. */
export interface ServerWarnings {
  /** The word of the frames of this session. */
  readonly frame: string;
  /** Takes a line that psql wrote to standard error, with SQLSTATE. */
  take(line: string): void;
  /** Those of the next text with a frame, once it has ended; none after `end`. */
  next(): Promise<readonly ServerWarning[]>;
  /** The session has ended. */
  end(): void;
}

/** Warnings of one session that are passed on; the others are like them. */
const MOST_WARNINGS = 20;
/** privilege_not_revoked, privilege_not_granted */
const OF_PRIVILEGES = new Set(['01006', '01007']);

export function createServerWarnings({ emit }: Partial<Pick<Context, 'emit'>>): ServerWarnings {
  const frame = randomBytes(16).toString('hex');
  const done: ServerWarning[][] = [];
  let inFrame: ServerWarning[] | undefined;
  let wake = (): void => undefined;
  let told = 0;
  let isOver = false;
  const passOn = ({ message }: ServerWarning): void => {
    told += 1;
    if (told <= MOST_WARNINGS) emit?.({ type: 'warning', text: `the server warns: ${message}` });
  };
  const beginOrEnd = (): void => {
    if (inFrame !== undefined) done.push(inFrame);
    inFrame = inFrame === undefined ? [] : undefined;
    wake();
  };
  return {
    frame,
    take(line) {
      const [, sqlState = '', message = ''] = /^[^\s:]+: {1,2}(0[0-9A-Z]{4}): (.*)$/.exec(line) ?? [];
      if (message === frame) beginOrEnd();
      else if (inFrame !== undefined && OF_PRIVILEGES.has(sqlState)) inFrame.push({ sqlState, message });
      else if (sqlState.startsWith('01')) passOn({ sqlState, message });
    },
    async next() {
      while (done.length === 0 && !isOver) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return done.shift() ?? [];
    },
    end() {
      isOver = true;
      wake();
    },
  };
}
