import { type Context, isBackuperError } from '@postgres-backuper/base';
import { blockingError, planRestore, type RestoreResult, restore, restorePart } from '@postgres-backuper/core';
import { say, settingsError } from '@postgres-backuper/options';
import type { Command, CommandInput, Outcome } from '../command.ts';
import { notRestoredScript } from '../not-restored-file.ts';
import { planText } from '../print/plan.ts';
import { restorePartText, restoreText } from '../print/restore.ts';
import { writeResultFile } from '../result-file.ts';
import { asksFor } from '../services/asked.ts';
import { openChosenBackup } from '../services/chosen-backup.ts';
import { withClient } from '../services/install-client.ts';
import { liveSource } from '../services/live-source.ts';
import { isOldFile } from '../services/old-places.ts';
import { openServer } from '../services/open-server.ts';
import { checkRestoreParts, restorePartRequest } from '../services/restore-parts-request.ts';
import { restoreRequest } from '../services/restore-request.ts';
import { parseTarget } from '../services/target.ts';
import { restoreOldFile } from './restore-old-file.ts';
import { previewBackup } from './restore-preview.ts';

/** Restores a backup into a new database and shows the rows of every table, or shows what a restore would find. */
export const runRestore: Command<'restore'> = async (input) => {
  const { resolved, environment, positionals, context, terminal } = input;
  const { settings, sources } = resolved;
  const opened = openServer(resolved, { environment, context });
  const [word] = positionals;
  checkRestoreParts(resolved, word !== undefined && isOldFile(word));
  if (settings.preview) return previewBackup(input, opened);
  if (asksFor(resolved, 'query')) {
    throw settingsError([`${sources.get('query')} is for ${say.option('preview')}`], 'give both');
  }
  if (word !== undefined && isOldFile(word)) return restoreOldFile(input, { opened, source: word });
  for (const name of ['fileDatabase', 'fileGlobals'] as const) {
    if (asksFor(resolved, name))
      throw settingsError([`${sources.get(name)} is for a file of pg_dumpall`], 'leave it out');
  }
  const asked = restoreRequest(settings);
  const live = liveSource(resolved, opened, { environment, context });
  const target = parseTarget(word, settings.at);
  const { repository, name } = await openChosenBackup(input, target);
  const server = await withClient(input, opened);
  if (settings.part !== undefined) {
    const part = await restorePart(restorePartRequest(settings, { name, target }), { server, repository }, context);
    return { result: part, text: restorePartText(part, terminal.colours.out) };
  }
  const request = { name, target, ...asked, live: live?.server === opened ? { ...live, server } : live };
  if (settings.plan) {
    const plan = await planRestore(request, { server, repository }, context);
    return {
      result: plan,
      text: planText(plan, terminal.colours.out),
      exit: blockingError(plan.findings)?.exitStatus ?? 0,
    };
  }
  try {
    const result = await restore(request, { server, repository }, context);
    return { result, text: restoreText(result, terminal.colours.out) };
  } catch (error) {
    return partly(error, input);
  }
};

/** The outcome of a restore that kept what it could. Errors: all others. */
function partly(error: unknown, { resolved, terminal, context }: CommandInput<'restore'>): Outcome<'restore'> {
  if (!isBackuperError(error) || !isRestoreResult(error.result)) throw error;
  const { result } = error;
  if (result.objects.length > 0) writeStatements(result, resolved.settings.notRestoredFile, context);
  return { result, text: restoreText(result, terminal.colours.out, `'${resolved.settings.notRestoredFile}'`), error };
}

function writeStatements(result: RestoreResult, path: string, { emit }: Pick<Context, 'emit'>): void {
  const failed = writeResultFile('notRestoredFile', path, notRestoredScript(result));
  if (failed !== undefined) emit({ type: 'warning', text: failed.message, hint: failed.hint });
  else emit({ type: 'notice', text: `the statements for what is not restored are in '${path}'` });
}

function isRestoreResult(result: unknown): result is RestoreResult {
  return typeof result === 'object' && result !== null && 'notLoaded' in result;
}
