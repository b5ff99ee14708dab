import { optionalMethods, type Storage } from '@postgres-backuper/repository';

export type StorageMethod = 'put' | 'get' | 'list' | 'folders' | 'remove';

export interface Fault {
  /** Thrown by the call. */
  error(error: Error): Fault;
  /** The call does its work, then its answer is lost. */
  afterSuccess(): Fault;
  /** Put only: the call does nothing and returns success. */
  swallow(): Fault;
  /** How many calls it hits (default 1). */
  repeat(times: number): Fault;
  /** Only calls whose key or prefix matches. */
  on(key: RegExp): Fault;
  /** Lists: after this many items. */
  afterItems(count: number): Fault;
  /** Get only: changes what is returned instead of throwing. */
  alter(change: (body: Uint8Array) => Uint8Array): Fault;
}

interface Plan {
  readonly method: StorageMethod;
  error?: Error;
  isAfter: boolean;
  isSwallowed: boolean;
  left: number;
  key: RegExp;
  items: number;
  change?: (body: Uint8Array) => Uint8Array;
}

/** The same storage with faults: `addFault('put').error(e).repeat(3)`. Faults hit in the order added. */
export function faulty(storage: Storage): Storage & { addFault(method: StorageMethod): Fault } {
  const plans: Plan[] = [];
  const take = (method: StorageMethod, key: string) => {
    const plan = plans.find((each) => each.method === method && each.left > 0 && each.key.test(key));
    if (plan !== undefined) plan.left -= 1;
    return plan;
  };
  const call = async <T>(method: StorageMethod, key: string, work: () => Promise<T>): Promise<T> => {
    const plan = take(method, key);
    if (plan?.error !== undefined && !plan.isAfter) throw plan.error;
    if (plan?.isSwallowed) return undefined as T;
    const result = await work();
    if (plan?.error !== undefined) throw plan.error;
    return plan?.change === undefined ? result : (plan.change(result as Uint8Array) as T);
  };
  const items = async function* <T>(method: StorageMethod, prefix: string, source: AsyncIterable<T>) {
    const plan = take(method, prefix);
    let count = 0;
    for await (const item of source) {
      if (plan?.error !== undefined && count === plan.items) throw plan.error;
      count += 1;
      yield item;
    }
    if (plan?.error !== undefined) throw plan.error;
  };
  return {
    location: storage.location,
    get listsMd5() {
      return storage.listsMd5;
    },
    addFault(method) {
      const plan: Plan = { method, isAfter: false, isSwallowed: false, left: 1, key: /(?:)/, items: 0 };
      plans.push(plan);
      return describe(plan);
    },
    put: (key, body, options) => call('put', key, () => storage.put(key, body, options)),
    get: (key, options) => call('get', key, () => storage.get(key, options)),
    remove: (keys, options) => call('remove', keys[0] ?? '', () => storage.remove(keys, options)),
    list: (prefix, options) => items('list', prefix, storage.list(prefix, options)),
    folders: (prefix, options) => items('folders', prefix, storage.folders(prefix, options)),
    ...optionalMethods(storage),
  };
}

function describe(plan: Plan): Fault {
  const fault: Fault = {
    error: (error) => set({ error }),
    afterSuccess: () => set({ isAfter: true }),
    swallow: () => set({ isSwallowed: true }),
    repeat: (left) => set({ left }),
    on: (key) => set({ key }),
    afterItems: (items) => set({ items }),
    alter: (change) => set({ change }),
  };
  const set = (change: Partial<Plan>) => {
    Object.assign(plan, change);
    return fault;
  };
  return fault;
}
