import type { Storage } from './storage.ts';

/** The methods that not every storage has, of this one: for wrappers, which have those of what they wrap. */
export function optionalMethods(storage: Storage): Pick<Storage, 'usage' | 'remarks'> {
  const { usage, remarks } = storage;
  return {
    ...(usage === undefined ? {} : { usage: () => usage.call(storage) }),
    ...(remarks === undefined ? {} : { remarks: (options) => remarks.call(storage, options) }),
  };
}
