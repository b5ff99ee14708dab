import type { Client } from 'ssh2';
import { connectError, type RawError } from './connect-error.ts';
import { openClient } from './open-client.ts';
import { createSession, type Session, type Waits } from './session.ts';
import { createSessions, type UseSession } from './sessions.ts';
import type { SftpSettings } from './sftp-settings.ts';

/** An unused connection is closed after this time, milliseconds; the next call opens a new one. */
const IDLE_MS = 30_000;
const STALL_MS = 120_000;

/** One SSH connection after its login. */
export interface Connection {
  /** Why it ended; undefined while it is open. */
  readonly lost: string | undefined;
  readonly use: UseSession;
}

interface State {
  readonly client: Client;
  lost: string | undefined;
  uses: number;
  idle?: NodeJS.Timeout;
  /** Unanswered requests, and when the last answer came. */
  awaited: number;
  answeredAt: number;
}

/** Errors: those of openClient. */
export async function openConnection(settings: SftpSettings): Promise<Connection> {
  const client = await openClient(settings);
  const state: State = { client, lost: undefined, uses: 0, awaited: 0, answeredAt: 0 };
  client.on('error', (error) => lose(state, error.message));
  client.on('close', () => lose(state, 'the connection was lost'));
  watchStall(state, settings.stallMs ?? STALL_MS);
  const useSession = createSessions(() =>
    openSession(state).catch((error: RawError) => {
      if (error.message === 'Not connected') lose(state, 'the connection was lost');
      throw connectError(error, settings.address);
    }),
  );
  return {
    get lost() {
      return state.lost;
    },
    async use(work) {
      clearTimeout(state.idle);
      state.uses += 1;
      try {
        return await useSession(work);
      } finally {
        state.uses -= 1;
        if (state.uses === 0) state.idle = setTimeout(() => hangUp(state), IDLE_MS).unref();
      }
    },
  };
}

function lose(state: State, why: string): void {
  state.lost ??= why;
  clearTimeout(state.idle);
  state.client.destroy();
}

function hangUp(state: State): void {
  state.lost ??= 'it was not used';
  state.client.end();
}

function openSession(state: State): Promise<Session> {
  const waits = waitsOf(state);
  return new Promise((resolve, reject) => {
    waits.begin();
    state.client.sftp((error, sftp) => {
      waits.answered();
      if (error) reject(error);
      else resolve(createSession(sftp, waits));
    });
  });
}

function waitsOf(state: State): Waits {
  return {
    begin() {
      if (state.awaited === 0) state.answeredAt = performance.now();
      state.awaited += 1;
    },
    answered() {
      state.awaited -= 1;
      state.answeredAt = performance.now();
    },
  };
}

function watchStall(state: State, stallMs: number): void {
  const timer = setInterval(() => {
    if (state.lost !== undefined) return clearInterval(timer);
    if (state.awaited > 0 && performance.now() - state.answeredAt > stallMs)
      lose(state, `the server gave no answer for ${Math.round(stallMs / 1000)} s`);
  }, stallMs / 4).unref();
}
