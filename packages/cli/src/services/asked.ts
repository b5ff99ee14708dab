import type { AnySettings, OptionName, Resolved } from '@postgres-backuper/options';

/** Whether an option has an effect: hosts pass on every option, even a flag that is off and an empty list. */
export function asksFor({ settings, sources }: Resolved, name: OptionName): boolean {
  const all: AnySettings = settings;
  const value: unknown = all[name];
  return sources.has(name) && value !== false && !(Array.isArray(value) && value.length === 0);
}
