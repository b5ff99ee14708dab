import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createNewFiles } from '@postgres-backuper/core';
import { type InitResult, type Start, startOn } from '@postgres-backuper/hosts';
import { resolveSettings, say, settingsError, variableOf } from '@postgres-backuper/options';
import type { Command, CommandInput, Outcome } from '../command.ts';
import { initText } from '../print/init.ts';
import { startAnswers } from '../services/start-answers.ts';
import { runCheck } from './check.ts';
import { runKeygen } from './keygen.ts';

/**
 * Makes keys where there are none and the files of a first backup, never over others, and looks at server and repository
 * where they are set here. Errors: configuration-invalid, those of keygen.
 */
export const runInit: Command<'init'> = async (input) => {
  const { terminal, resolved } = input;
  const { system, request } = await startAnswers(input);
  const start = (await startOn(system, request)) as Start; // `system` is one that has it
  const there = Object.keys(start.files).filter((path) => existsSync(path));
  if (there.length > 0) {
    throw settingsError(
      there.map((path) => `'${path}' is there already`),
      ELSEWHERE,
    );
  }
  const output = resolve(request.publicKeyFile, '..');
  const keys = existsSync(request.publicKeyFile)
    ? null
    : (
        await runKeygen({
          ...input,
          resolved: { ...resolved, command: 'keygen', settings: { ...resolved.settings, output } },
        })
      ).result;
  await writeFiles(start);
  const { publicKeyFile } = request;
  const { settings, next } = start;
  const made = { system, files: Object.keys(start.files), keys, publicKeyFile, settings, next };
  if (!resolved.settings.json) terminal.writeOut(initText({ ...made, problems: null }));
  const checked = await checkHere(input, { publicKeyFile, repository: request.repository });
  const result: InitResult = { ...made, problems: checked?.result.problems ?? null };
  return { result, text: checked?.text ?? notChecked(), exit: checked?.exit ?? 0 };
};

const ELSEWHERE = 'move it away, or begin in another folder that this user can write to: nothing is overwritten';

function writeFiles({ files, secretFiles = [] }: Start): Promise<void> {
  const modes = Object.entries(files).map(([path, text]) => {
    return { path, text, mode: secretFiles.includes(path) ? 0o600 : 0o644 };
  });
  return createNewFiles(modes, { folderMode: 0o755, hint: ELSEWHERE });
}

function notChecked(): string {
  return `not checked: ${say.given('databaseUrl')} is not set here; where the backups will run, begin with ${say.command('check')}\n`;
}

/** The check of a backup with these keys; undefined: this machine does not know the server. */
async function checkHere(
  input: CommandInput<'init'>,
  { publicKeyFile, repository }: { readonly publicKeyFile: string; readonly repository: string },
): Promise<Outcome<'check'> | undefined> {
  const environment = {
    ...input.environment,
    [variableOf('publicKey')]: publicKeyFile,
    [variableOf('repository')]: repository,
  };
  const flags = new Map(input.resolved.settings.json ? [['json', ['true']] as const] : []);
  const resolved = resolveSettings({ command: 'check', flags, environment });
  const { settings, problems } = resolved;
  const knowsServer = [settings.databaseUrl, settings.host].some((value) => value !== undefined);
  if (!knowsServer || problems.length > 0) return undefined;
  return runCheck({ ...input, resolved, positionals: [], environment });
}
