import type { Session } from './session.ts';

/** Most sessions of one connection. Each is a process on the server: a slow disk call delays only its own session. */
const MOST_SESSIONS = 4;

interface Slot {
  readonly session: Promise<Session>;
  uses: number;
  isClosed: boolean;
}

/** Runs `work` in the least busy session. */
export type UseSession = <Result>(work: (session: Session) => Promise<Result>) => Promise<Result>;

/** Opens sessions as needed. Continues with fewer if the server refuses a further one (MaxSessions). */
export function createSessions(open: () => Promise<Session>): UseSession {
  let slots: Slot[] = [];
  let most = MOST_SESSIONS;
  const openSlot = (before: Slot | undefined): Slot => {
    const session = open().catch((error: unknown) => {
      slot.isClosed = true;
      most = Math.max(1, slots.length - 1);
      if (before === undefined) throw error;
      return before.session;
    });
    session.catch(() => undefined);
    const slot: Slot = { session, uses: 0, isClosed: false };
    slots.push(slot);
    return slot;
  };
  const leastUsed = (): Slot => {
    slots = slots.filter((slot) => !slot.isClosed);
    const [least] = [...slots].sort((a, b) => a.uses - b.uses);
    return least !== undefined && (least.uses === 0 || slots.length >= most) ? least : openSlot(least);
  };
  return async (work) => {
    const slot = leastUsed();
    slot.uses += 1;
    try {
      const session = await slot.session;
      return await work(session).finally(() => {
        if (!session.isOpen) slot.isClosed = true;
      });
    } finally {
      slot.uses -= 1;
    }
  };
}
