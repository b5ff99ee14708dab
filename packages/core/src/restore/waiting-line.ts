/** What waits for its turn, in the order in which it came. */
export interface WaitingLine<Work> {
  readonly length: number;
  add(work: Work): void;
  /** Takes the first that may go, out of the first `WINDOW` that wait. */
  take(mayGo: (work: Work) => boolean): Work | undefined;
}

/** A hundred thousand keys that need the same table must not all be looked at whenever one of them is done. */
export const WINDOW = 1000;

/** Each step takes a time that does not depend on the length. */
export function createWaitingLine<Work>(): WaitingLine<Work> {
  const all: Work[] = [];
  let head = 0;
  return {
    get length() {
      return all.length - head;
    },
    add(work) {
      all.push(work);
    },
    take(mayGo) {
      const end = Math.min(all.length, head + WINDOW);
      for (let at = head; at < end; at += 1) {
        const work = all[at] as Work;
        if (!mayGo(work)) continue;
        all.copyWithin(head + 1, head, at);
        head += 1;
        return work;
      }
      return undefined;
    },
  };
}
