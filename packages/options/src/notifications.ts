import type { Option } from './option.ts';

/** Commands that run without a person who reads their end. */
const NOTIFYING = ['backup', 'restore', 'verify', 'prune', 'status', 'check', 'import', 'report'] as const;

/** Who gets a message about the end of a command, and when. */
export const NOTIFICATIONS = {
  notify: {
    flag: 'notify-file',
    type: 'secret',
    many: true,
    commands: [...NOTIFYING, 'notify'],
    group: 'Output',
    placeholder: 'FILE',
    help: 'URLs of services that get a message: mail, Slack, Teams, Discord, Telegram, ntfy, a webhook, a heartbeat (docs/notifications.md). Several are separated by line ends or spaces.',
  },
  notifyOn: {
    flag: 'notify-on',
    type: 'text',
    many: true,
    choices: ['failure', 'recovery', 'success', 'missing', 'anomaly', 'digest'],
    default: ['failure', 'recovery', 'missing', 'anomaly'],
    commands: NOTIFYING,
    group: 'Output',
    placeholder: 'WHEN',
    help: 'When a message is sent, as a list with commas: also after each success, or after failures alone; digest: all names, by report. A heartbeat is sent always.',
  },
  test: {
    flag: 'test',
    type: 'flag',
    default: false,
    commands: ['notify'],
    group: 'This command',
    help: 'Send a test message to each service.',
    common: true,
  },
} as const satisfies Record<string, Option>;
