import type { Option } from './option.ts';

/** How backups are proven. */
export const VERIFY = {
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
  sample: {
    flag: 'sample',
    type: 'text',
    commands: ['verify'],
    group: 'Proof',
    placeholder: 'PERCENT',
    help: 'For the level content: read only this share of the segments, e.g. 5%, another part each day. It never counts as a verification of the content.',
  },
  all: {
    flag: 'all',
    type: 'flag',
    default: false,
    commands: ['verify', 'rekey'],
    group: 'Proof',
    help: 'Every backup of this name.',
  },
  drillOn: {
    flag: 'drill-on',
    type: 'text',
    choices: ['throw-away', 'server'],
    default: 'throw-away',
    commands: ['verify', 'backup', 'import'],
    group: 'Proof',
    placeholder: 'WHERE',
    help: 'Where a drill restores. throw-away: on a server started for it (needs the server programs). server: into a scratch database of the given server.',
  },
} as const satisfies Record<string, Option>;
