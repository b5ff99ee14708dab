import type { Option } from './option.ts';

/** What is brought back, and how it is proven. */
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
  at: {
    flag: 'at',
    type: 'time',
    commands: ['restore', 'verify', 'export'],
    group: 'Restore',
    placeholder: 'TIME',
    help: 'The newest backup made at or before this time, e.g. 2024-03-15 or 2024-03-15T12:00Z; UTC unless it says otherwise.',
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
  level: {
    flag: 'level',
    type: 'text',
    choices: ['stored', 'content', 'restore'],
    default: 'content',
    commands: ['verify'],
    group: 'Proof',
    placeholder: 'LEVEL',
    help: 'stored: every object is there. content: every object is read and every hash compared. restore: a drill into a scratch database.',
    common: true,
  },
  all: {
    flag: 'all',
    type: 'flag',
    default: false,
    commands: ['verify'],
    group: 'Proof',
    help: 'Every backup of this name.',
  },
} as const satisfies Record<string, Option>;
