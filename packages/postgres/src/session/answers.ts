import { BackuperError, isBackuperError, type Program, programError } from '@postgres-backuper/base';
import { textOfBytes } from '@postgres-backuper/format';
import { firstConnectError } from './connect-error.ts';
import type { Server } from './server.ts';
import { meaningOfStatement } from './server-words.ts';

/** No SQLSTATE: psql sets one with the first error. */
export const NO_ERROR = 'none';

interface Waiting {
  readonly marker: string;
  readonly resolve: (text: string) => void;
  readonly reject: (error: unknown) => void;
}

/** What psql wrote for each statement. */
export interface AnswerReader {
  readonly isWaiting: () => boolean;
  /**
   * The bytes before the first marker as text; after it follow the SQLSTATE and the message of the last error, then the
   * marker again. Errors: those of a failed statement; of a session that ended.
   */
  readonly next: (marker: string) => Promise<string>;
}

export function createAnswerReader(program: Program, server: Server): AnswerReader {
  let buffer = '';
  const waiting: Waiting[] = [];
  let failure: BackuperError | undefined;
  const settle = (): void => {
    for (let first = waiting[0]; first !== undefined && settleOne(first); first = waiting[0]) waiting.shift();
  };
  const settleOne = ({ marker, resolve, reject }: Waiting): boolean => {
    const begin = buffer.indexOf(marker);
    const end = begin < 0 ? -1 : buffer.indexOf(`${marker}\n`, begin + marker.length);
    if (end >= 0) {
      const text = textOfBytes(Buffer.from(buffer.slice(0, begin), 'latin1'));
      const status = textOfBytes(Buffer.from(buffer.slice(begin + marker.length, end), 'latin1')).trim();
      buffer = buffer.slice(end + marker.length + 1);
      if (status.startsWith(`'${NO_ERROR}'`)) resolve(text);
      else reject(statementError(status));
    } else if (failure !== undefined) {
      reject(failure);
    }
    return end >= 0 || failure !== undefined;
  };
  program.stdout.setEncoding('latin1'); // each character is a byte until its answer is whole
  program.stdout.on('data', (text: string) => {
    buffer += text;
    settle();
  });
  void program.ended.then((end) => {
    failure = firstConnectError(end.stderr, server) ?? lostSession(end.stderr, programError(end));
    settle();
  });
  return {
    isWaiting: () => waiting.length > 0,
    next: (marker: string) =>
      new Promise<string>((resolve, reject) => {
        waiting.push({ marker, resolve, reject });
        settle();
      }),
  };
}

/** Whether the server refused one statement, with whatever SQLSTATE: the session goes on. */
export function isRefusedStatement(error: unknown): error is BackuperError {
  return isBackuperError(error) && (error.result as { sqlState?: string } | undefined)?.sqlState !== undefined;
}

function lostSession(stderr: string, error: BackuperError): BackuperError {
  if (stderr.trim() === '') return new BackuperError('server-unavailable', 'the session with the server ended');
  return new BackuperError('connection-failed', error.message, {
    hint: 'check that psql connects with the same settings',
  });
}

/** `'42P01' 'relation "x" does not exist'`; psql writes a message with backslashes as ` E'…'`, each twice. */
function statementError(status: string): BackuperError {
  const [, sqlState = '', quoted = ''] = /^'(\w*)'\s+E?'([\s\S]*)'$/.exec(status) ?? [];
  const message = quoted.replaceAll("''", "'").replaceAll('\\\\', '\\').trim();
  const text = `the server said '${message}' (${sqlState})`;
  const { code = 'statement-failed', ...meaning } = meaningOfStatement({ sqlState, message }) ?? {};
  return new BackuperError(code, text, { ...meaning, result: { sqlState, message } });
}
