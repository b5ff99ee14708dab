import type { Emit } from '@postgres-backuper/base';

/** Each warning once: what holds for every database or repository of a run is found at each of them. */
export function warnOnce(emit: Emit): Emit {
  const seen = new Set<string>();
  return (event) => {
    if (event.type === 'warning') {
      const key = JSON.stringify([event.text, event.hint]);
      if (seen.has(key)) return;
      seen.add(key);
    }
    emit(event);
  };
}
