import { nearest } from '@postgres-backuper/base';
import { COMMANDS, type CommandName } from '@postgres-backuper/options';
import type { Command } from './command.ts';

/** Loads the code of each command; a command without code does not compile. */
export const COMMAND_CODE: { readonly [C in CommandName]: () => Promise<Command<C>> } = {
  backup: async () => (await import('./commands/backup.ts')).runBackup,
  restore: async () => (await import('./commands/restore.ts')).runRestore,
  'undo-swap': async () => (await import('./commands/undo-swap.ts')).runUndoSwap,
  list: async () => (await import('./commands/list.ts')).runList,
  verify: async () => (await import('./commands/verify.ts')).runVerify,
  prune: async () => (await import('./commands/prune.ts')).runPrune,
  pin: async () => (await import('./commands/pin.ts')).runPin,
  unpin: async () => (await import('./commands/pin.ts')).runUnpin,
  check: async () => (await import('./commands/check.ts')).runCheck,
  status: async () => (await import('./commands/status.ts')).runStatus,
  log: async () => (await import('./commands/log.ts')).runLog,
  report: async () => (await import('./commands/report.ts')).runReport,
  keygen: async () => (await import('./commands/keygen.ts')).runKeygen,
  init: async () => (await import('./commands/init.ts')).runInit,
  rekey: async () => (await import('./commands/rekey.ts')).runRekey,
  copy: async () => (await import('./commands/copy.ts')).runCopy,
  export: async () => (await import('./commands/export.ts')).runExport,
  show: async () => (await import('./commands/show.ts')).runShow,
  diff: async () => (await import('./commands/diff.ts')).runDiff,
  cat: async () => (await import('./commands/cat.ts')).runCat,
  notify: async () => (await import('./commands/notify.ts')).runNotify,
  import: async () => (await import('./commands/import.ts')).runImport,
  'setup-client': async () => (await import('./commands/setup-client.ts')).runSetupClient,
  'setup-bucket': async () => (await import('./commands/setup-bucket.ts')).runSetupBucket,
  'setup-role': async () => (await import('./commands/setup-role.ts')).runSetupRole,
};

export function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}

/** The command that a mistyped word most likely meant. */
export function nearestCommand(word: string): string | undefined {
  return nearest(word, Object.keys(COMMANDS));
}
