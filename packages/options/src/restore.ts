import type { Option } from './option.ts';

/** What is restored. */
export const RESTORE = {
  into: {
    flag: 'into',
    type: 'text',
    commands: ['restore'],
    group: 'Restore',
    placeholder: 'NEWDB',
    help: "The new database. Default: the original's name. A database that exists is refused.",
    common: true,
  },
  fileDatabase: {
    flag: 'database',
    type: 'text',
    commands: ['restore'],
    group: 'Restore',
    placeholder: 'NAME',
    help: 'Of a file of pg_dumpall: the database in it that is restored.',
  },
  fileGlobals: {
    flag: 'globals',
    type: 'flag',
    default: false,
    commands: ['restore'],
    group: 'Restore',
    help: 'Of a file of pg_dumpall: make its roles and tablespaces that the server lacks, and restore no database.',
  },
  at: {
    flag: 'at',
    type: 'time',
    commands: ['restore', 'verify', 'export'],
    group: 'Restore',
    placeholder: 'TIME',
    help: 'The newest backup made at or before this time, e.g. 2024-03-15 or 2024-03-15T12:00Z; UTC unless it names a zone.',
    common: true,
  },
  noOwner: {
    flag: 'no-owner',
    type: 'flag',
    default: false,
    commands: ['restore'],
    group: 'Restore',
    help: 'Do not set owners: everything belongs to the role that restores.',
  },
  noPrivileges: {
    flag: 'no-privileges',
    type: 'flag',
    default: false,
    commands: ['restore'],
    group: 'Restore',
    help: 'Do not restore grants.',
  },
  noTablespaces: {
    flag: 'no-tablespaces',
    type: 'flag',
    default: false,
    commands: ['restore', 'verify'],
    group: 'Restore',
    help: "Put everything into the server's default tablespace. A drill does so by itself where the server lacks a tablespace.",
  },
} as const satisfies Record<string, Option>;
