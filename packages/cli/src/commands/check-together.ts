import { toBackuperError } from '@postgres-backuper/base';
import type { CheckItem } from '@postgres-backuper/core';
import type { SettingsOf } from '@postgres-backuper/options';
import type { Repository } from '@postgres-backuper/repository';
import type { CommandInput } from '../command.ts';
import { checkText } from '../print/check.ts';
import { requireOneName } from '../services/backup-settings.ts';
import type { ChosenDatabases } from '../services/databases.ts';
import { requireOneCipher } from '../services/destinations.ts';
import { requireOneDatabase } from '../services/parts-request.ts';
import { lacksSecret } from '../services/set-request.ts';

interface Together {
  readonly destinations: readonly Repository[];
  readonly databases: ChosenDatabases;
}

type Settings = SettingsOf<'check'>;

/**
 * What a backup refuses of destinations and databases together, where each by itself is right. Not what is missing: the job of the backup
 * may be given secrets, and words of its command, that the job of the check is not.
 */
export function checkTogether(
  { resolved: { settings }, terminal }: CommandInput<'check'>,
  together: Together,
): readonly CheckItem[] {
  const items = [...checkSecret(settings), ...problemsOf(settings, together)];
  if (!settings.json) for (const item of items) terminal.writeOut(checkText(item, terminal.colours.out));
  return items;
}

/** Whether differentials can be made, where they are asked for or a secret for them is given. */
function checkSecret(settings: Settings): readonly CheckItem[] {
  const what = 'differentials';
  const lack = lacksSecret(settings);
  if (lack === undefined && !settings.incremental) return [];
  if (lack === undefined) return [{ state: 'ok', what, text: 'everything is set that they need' }];
  return [{ state: 'warning', what, text: settings.incremental ? `each backup would be a full: ${lack}` : lack }];
}

function problemsOf(settings: Settings, { destinations, databases }: Together): readonly CheckItem[] {
  const { servers, closed } = databases;
  const areUsable = destinations.every(({ cipher }) => cipher.canEncrypt); // else it is a problem already
  const looks: Readonly<Record<string, () => unknown>> = {
    keys: () => areUsable && requireOneCipher(destinations),
    name: () => requireOneName(settings, servers.length + closed.length),
    'backup in parts': () => requireOneDatabase(settings, databases),
  };
  const items: CheckItem[] = [];
  for (const [what, look] of Object.entries(looks)) {
    try {
      look();
    } catch (error) {
      const { code, message: text, hint } = toBackuperError(error);
      items.push({ state: 'problem', what, text, hint, code });
    }
  }
  return items;
}
