import type { Client } from 'ssh2';
import { connectError, type RawError } from './connect-error.ts';
import { openClient } from './open-client.ts';
import { createSession, type Session } from './session.ts';
import type { SftpSettings } from './sftp-settings.ts';

/** Sessions of one connection: one program each on the server, so that a slow disk call delays only its own session. */
const MOST_SESSIONS = 4;
/** A connection that nobody uses is closed after this, milliseconds; the next call opens another one. */
const IDLE_MS = 30_000;
const STALL_MS = 120_000;

/** One SSH connection that is logged in. */
export interface Connection {
  /** Why it ended; undefined while it stands. */
  readonly lost: string | undefined;
  /** Runs `work` with the session that has the least to do. */
  use<Result>(work: (session: Session) => Promise<Result>): Promise<Result>;
}

interface Slot {
  readonly session: Promise<Session>;
  uses: number;
  isClosed(): boolean;
}

/** Errors: those of openClient. */
export async function openConnection(settings: SftpSettings): Promise<Connection> {
  const client = await openClient(settings);
  const state: State = {
    client,
    lost: undefined,
    slots: [],
    mostSessions: MOST_SESSIONS,
    uses: 0,
    awaited: 0,
    answeredAt: 0,
  };
  client.on('error', (error) => lose(state, error.message));
  client.on('close', () => lose(state, 'the connection was lost'));
  watchStall(state, settings.stallMs ?? STALL_MS);
  return {
    get lost() {
      return state.lost;
    },
    use: (work) => use(state, settings, work),
  };
}

interface State {
  readonly client: Client;
  lost: string | undefined;
  slots: Slot[];
  mostSessions: number;
  uses: number;
  idle?: NodeJS.Timeout;
  /** Requests without an answer yet. */
  awaited: number;
  answeredAt: number;
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

async function use<Result>(
  state: State,
  settings: SftpSettings,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  clearTimeout(state.idle);
  state.uses += 1;
  const slot = slotFor(state, settings);
  slot.uses += 1;
  try {
    return await work(await slot.session);
  } finally {
    slot.uses -= 1;
    state.uses -= 1;
    if (state.uses === 0) state.idle = setTimeout(() => hangUp(state), IDLE_MS).unref();
  }
}

function slotFor(state: State, settings: SftpSettings): Slot {
  state.slots = state.slots.filter((slot) => !slot.isClosed());
  const [least] = [...state.slots].sort((a, b) => a.uses - b.uses);
  if (least !== undefined && (least.uses === 0 || state.slots.length >= state.mostSessions)) return least;
  const slot = openSlot(state, settings, least);
  state.slots.push(slot);
  return slot;
}

/** A further session that the server does not allow (MaxSessions) is the one that was there before. */
function openSlot(state: State, { address }: SftpSettings, before: Slot | undefined): Slot {
  let isClosed = () => false;
  const session = openSession(state).then(
    (opened) => {
      isClosed = () => !opened.isOpen;
      return opened;
    },
    (error: RawError) => {
      isClosed = () => true;
      if (error.message === 'Not connected') lose(state, 'the connection was lost');
      state.mostSessions = Math.max(1, state.slots.length - 1);
      if (before === undefined || state.lost !== undefined) throw connectError(error, address);
      return before.session;
    },
  );
  session.catch(() => undefined);
  return { session, uses: 0, isClosed: () => isClosed() };
}

function openSession(state: State): Promise<Session> {
  const waits = {
    begin: () => {
      if (state.awaited === 0) state.answeredAt = performance.now();
      state.awaited += 1;
    },
    answered: () => {
      state.awaited -= 1;
      state.answeredAt = performance.now();
    },
  };
  return new Promise((resolve, reject) => {
    waits.begin();
    state.client.sftp((error, sftp) => {
      waits.answered();
      if (error) reject(error);
      else resolve(createSession(sftp, waits));
    });
  });
}

function watchStall(state: State, stallMs: number): void {
  const timer = setInterval(() => {
    if (state.lost !== undefined) return clearInterval(timer);
    if (state.awaited > 0 && performance.now() - state.answeredAt > stallMs)
      lose(state, `the server gave no answer for ${Math.round(stallMs / 1000)} s`);
  }, stallMs / 4).unref();
}
