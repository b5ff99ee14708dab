import { toBackuperError } from '@postgres-backuper/base';
import type { CheckItem } from '@postgres-backuper/core';
import type { SettingsOf } from '@postgres-backuper/options';
import type { Repository } from '@postgres-backuper/repository';
import type { CommandInput } from '../command.ts';
import { checkText } from '../print/check.ts';
import { requireOneName } from '../services/backup-settings.ts';
import type { ChosenDatabases } from '../services/databases.ts';
import { requireKeys } from '../services/destinations.ts';
import { requireOneDatabase } from '../services/parts-request.ts';
import { lacksSecret, partsKeys } from '../services/set-request.ts';

interface Together {
  readonly destinations: readonly Repository[];
  readonly databases: ChosenDatabases;
}

type Settings = SettingsOf<'check'>;

/** What a backup refuses of keys, databases and options together, where each by itself is right. */
export async function checkTogether(
  { resolved: { settings }, terminal }: CommandInput<'check'>,
  together: Together,
): Promise<readonly CheckItem[]> {
  const items = [...checkSecret(settings), ...(await problemsOf(settings, together))];
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

async function problemsOf(settings: Settings, { destinations, databases }: Together): Promise<readonly CheckItem[]> {
  const { servers, closed } = databases;
  const areUsable = destinations.every(({ cipher }) => cipher.canEncrypt); // else it is a problem already
  const isInParts = settings.parts !== undefined || settings.part !== undefined;
  const looks: Readonly<Record<string, () => unknown>> = {
    keys: () => areUsable && requireKeys(destinations, settings),
    name: () => requireOneName(settings, servers.length + closed.length),
    'backup in parts': async () => {
      requireOneDatabase(settings, databases);
      if (isInParts) await partsKeys(settings, settings.name ?? '');
    },
  };
  const items: CheckItem[] = [];
  for (const [what, look] of Object.entries(looks)) {
    try {
      await look();
    } catch (error) {
      const { code, message: text, hint } = toBackuperError(error);
      items.push({ state: 'problem', what, text, hint, code });
    }
  }
  return items;
}
