import { commandsThatNeed } from './commands.ts';
import type { Option } from './option.ts';

const REPOSITORY_COMMANDS = commandsThatNeed('repository');

/** Options of single commands, and how long a command may take. */
export const OTHER = {
  dryRun: {
    flag: 'dry-run',
    type: 'flag',
    default: false,
    commands: ['prune'],
    group: 'This command',
    help: 'Show what would be deleted and why; delete nothing.',
    common: true,
  },
  force: {
    flag: 'force',
    type: 'flag',
    default: false,
    commands: ['prune'],
    group: 'This command',
    help: 'Allow deleting more than half of the backups at once.',
  },
  maxAge: {
    flag: 'max-age',
    type: 'duration',
    default: '26h',
    commands: ['status'],
    group: 'This command',
    placeholder: 'TIME',
    help: 'Exit 1 when the newest good backup is older, or there is none. Where no name is given: of any name in the repository.',
    common: true,
  },
  ignoreDamaged: {
    flag: 'ignore-damaged',
    type: 'flag',
    default: false,
    commands: ['status'],
    group: 'This command',
    help: 'Do not exit 1 because a newer backup is damaged or failed a verification, while a good one is young enough.',
  },
  legacy: {
    flag: 'legacy',
    type: 'flag',
    default: false,
    commands: ['list'],
    group: 'This command',
    help: 'Show the backup_*.sql.gz files of the original scripts instead.',
  },
  output: {
    flag: 'output',
    type: 'text',
    default: '.',
    commands: ['keygen'],
    group: 'This command',
    placeholder: 'DIR',
    help: 'Where backup-public.asc and backup-private.asc are written.',
    common: true,
  },
  userId: {
    flag: 'user-id',
    type: 'text',
    default: 'postgres-backuper',
    commands: ['keygen'],
    group: 'This command',
    placeholder: 'NAME',
    help: 'The name in the key, e.g. "Backups of Example <ops@example.com>".',
  },
  stallTimeout: {
    flag: 'stall-timeout',
    type: 'duration',
    off: true,
    default: '15min',
    commands: REPOSITORY_COMMANDS,
    group: 'This command',
    placeholder: 'TIME',
    help: 'End with 75 after this long without progress, and name what was waited for; off: never. A backup or restore opens one more connection for it.',
  },
  maxDuration: {
    flag: 'max-duration',
    type: 'duration',
    commands: REPOSITORY_COMMANDS,
    group: 'This command',
    placeholder: 'TIME',
    help: 'End with 75 when the command takes longer than this.',
  },
} as const satisfies Record<string, Option>;
