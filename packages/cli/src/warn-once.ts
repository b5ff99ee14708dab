import type { Emit } from '@postgres-backuper/base';

/** Emits each warning once: a run finds the same one for each database or repository. */
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
