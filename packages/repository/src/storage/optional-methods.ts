import type { Storage } from './storage.ts';

/** The optional methods that this storage has: a wrapper has the same ones as the storage that it wraps. */
export function optionalMethods(storage: Storage): Pick<Storage, 'usage' | 'remarks' | 'repairModes'> {
  const { usage, remarks, repairModes } = storage;
  return {
    ...(usage === undefined ? {} : { usage: () => usage.call(storage) }),
    ...(remarks === undefined ? {} : { remarks: (options) => remarks.call(storage, options) }),
    ...(repairModes === undefined ? {} : { repairModes: (options) => repairModes.call(storage, options) }),
  };
}
