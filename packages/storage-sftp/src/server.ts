import { abortable } from '@postgres-backuper/base';
import { type Connection, openConnection } from './connection.ts';
import { requestError } from './request-error.ts';
import type { Session } from './session.ts';
import type { SftpSettings } from './sftp-settings.ts';

export interface Request {
  /** e.g. `store 'app/data/…'` */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

/** A server; the first request connects, and so does the next one after a lost connection. */
export interface Server {
  /**
   * Runs `work` in a session and converts its errors to ours. An abort ends the wait at once: `work` must check the signal
   * before each new step.
   */
  use<Result>(request: Request, work: (session: Session) => Promise<Result>): Promise<Result>;
}

export function createServer(settings: SftpSettings): Server {
  let current: Promise<Connection> | undefined;
  const connect = (): Promise<Connection> => {
    const attempt = openConnection(settings);
    attempt.catch(() => {
      if (current === attempt) current = undefined;
    });
    current = attempt;
    return attempt;
  };
  const connected = async (): Promise<Connection> => {
    const before = current;
    if (before === undefined) return connect();
    const connection = await before;
    if (connection.lost === undefined) return connection;
    return current === before || current === undefined ? connect() : current;
  };
  return {
    async use({ what, signal }, work) {
      signal?.throwIfAborted();
      let connection: Connection | undefined;
      const done = connected().then((found) => {
        connection = found;
        return found.use(work);
      });
      done.catch(() => undefined); // after an abort nobody else waits for it
      try {
        return await (signal === undefined ? done : abortable(done, signal));
      } catch (error) {
        signal?.throwIfAborted();
        throw requestError(error, { what, location: settings.address.url, lost: connection?.lost });
      }
    },
  };
}
