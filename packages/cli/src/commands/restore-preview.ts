import { type PreviewedDatabase, preview } from '@postgres-backuper/core';
import { type OptionName, say, settingsError } from '@postgres-backuper/options';
import { runQuery } from '@postgres-backuper/postgres';
import type { CommandInput, Outcome } from '../command.ts';
import { asksFor } from '../services/asked.ts';
import { openChosenBackup } from '../services/chosen-backup.ts';
import type { OpenServer } from '../services/open-server.ts';
import { psqlPrompt } from '../services/psql-prompt.ts';
import { restoreRequest } from '../services/restore-request.ts';
import { parseTarget } from '../services/target.ts';

/** Options of a database that stays. */
const NOT_FOR_PREVIEW: readonly OptionName[] = [
  ...([
    'into',
    'intoEmpty',
    'replace',
    'disconnect',
    'dropOld',
    'intoSchema',
    'dataOnly',
    'truncate',
    'plan',
    'strict',
    'resume',
    'transform',
    'assert',
    'compareLive',
    'liveUrl',
  ] as const),
  ...(['createRoles', 'withPasswords', 'roleMap', 'locale', 'localeProvider'] as const),
  ...(['fileDatabase', 'fileGlobals', 'json'] as const),
];

/** Restores a backup on a throw-away server and answers queries, or shows a psql prompt. Errors: configuration-invalid. */
export async function previewBackup(input: CommandInput<'restore'>, server: OpenServer): Promise<Outcome<'restore'>> {
  const { resolved, environment, context, terminal, positionals } = input;
  const { settings, sources } = resolved;
  const useless = NOT_FOR_PREVIEW.filter((name) => asksFor(resolved, name)).map((name) => sources.get(name));
  if (useless.length > 0) {
    throw settingsError([`${useless.join(', ')}: not possible with ${say.option('preview')}`], 'leave it out');
  }
  const { query: queries } = settings;
  if (queries.length === 0 && !terminal.prompts) {
    throw settingsError(['a prompt needs a terminal'], `give SQL with ${say.option('query')}`);
  }
  const target = parseTarget(positionals[0], settings.at);
  const { repository, name } = await openChosenBackup(input, target);
  let exit = 0;
  const look = async ({ client, encoding }: PreviewedDatabase): Promise<void> => {
    if (queries.length === 0) {
      exit = await psqlPrompt(client, { environment, context });
      return;
    }
    const output = { encoding: encoding === 'SQL_ASCII' ? encoding : 'UTF8', write: terminal.writeBytes };
    for (const query of queries) await runQuery(client, { query, ...output }, context);
  };
  const result = await preview({ ...restoreRequest(settings), name, target }, { repository, server, look }, context);
  return { result, text: '', exit };
}
