import { type CommandName, nearest } from '@postgres-backuper/options';
import type { Command } from './command.ts';

/** One row per command: what it does, what stands behind its name, where its code is. */
export interface CommandEntry {
  readonly summary: string;
  /** e.g. `LABEL|latest`; in brackets when it may be left out. */
  readonly positional?: string;
  readonly load: () => Promise<Command>;
}

export const COMMANDS: Readonly<Record<CommandName, CommandEntry>> = {
  backup: {
    summary: 'Make an encrypted backup, confirm it, delete expired ones.',
    load: async () => (await import('./commands/backup.ts')).runBackup,
  },
  restore: {
    summary: 'Bring a backup back into a new database.',
    positional: '[LABEL|latest|FILE]',
    load: async () => (await import('./commands/restore.ts')).runRestore,
  },
  list: {
    summary: 'Show the backups, newest first.',
    load: async () => (await import('./commands/list.ts')).runList,
  },
  verify: {
    summary: 'Prove a backup: objects, contents, or a restore into a scratch database.',
    positional: '[LABEL|latest]',
    load: async () => (await import('./commands/verify.ts')).runVerify,
  },
  prune: {
    summary: 'Delete expired backups.',
    load: async () => (await import('./commands/prune.ts')).runPrune,
  },
  pin: {
    summary: 'Keep a backup until it is unpinned.',
    positional: 'LABEL|latest',
    load: async () => (await import('./commands/pin.ts')).runPin,
  },
  unpin: {
    summary: 'Let a pinned backup expire again.',
    positional: 'LABEL|latest',
    load: async () => (await import('./commands/pin.ts')).runUnpin,
  },
  check: {
    summary: 'Find out everything that would stop a backup, before it starts.',
    load: async () => (await import('./commands/check.ts')).runCheck,
  },
  status: {
    summary: 'Exit 1 when the newest good backup is too old.',
    load: async () => (await import('./commands/status.ts')).runStatus,
  },
  keygen: {
    summary: 'Make a key pair for encryption.',
    load: async () => (await import('./commands/keygen.ts')).runKeygen,
  },
  export: {
    summary: 'Write a backup as a plain pg_dump directory.',
    positional: '[LABEL|latest] DIR',
    load: async () => (await import('./commands/export.ts')).runExport,
  },
  'setup-client': {
    summary: 'Find or install the PostgreSQL programs that fit the server.',
    load: async () => (await import('./commands/setup-client.ts')).runSetupClient,
  },
};

export function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}

/** The command that a mistyped word most likely meant. */
export function nearestCommand(word: string): string | undefined {
  return nearest(word, Object.keys(COMMANDS));
}
