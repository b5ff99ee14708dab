import type { AnySettings, OptionName, Resolved } from '@postgres-backuper/options';

/** Whether an option asks for something: hosts pass every option on, also a flag that is off and a list without members. */
export function asksFor({ settings, sources }: Resolved, name: OptionName): boolean {
  const all: AnySettings = settings;
  const value: unknown = all[name];
  return sources.has(name) && value !== false && !(Array.isArray(value) && value.length === 0);
}
