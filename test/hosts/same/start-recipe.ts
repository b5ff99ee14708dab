import { join } from 'node:path';
import { startTeamCityBuild } from '@postgres-backuper/testing';
import type { JobRequest, StartedJob } from './job.ts';
import { textsIn, variable } from './surfaces.ts';

/** The recipe with its fields, as TeamCity's agent runs it. */
export async function startRecipe({ command, options, folder, surfaces }: JobRequest): Promise<StartedJob> {
  const fields = Object.entries(options).map(([name, value]) => [
    `env.${variable(name, 'BACKUP_INPUT_')}`,
    value.replaceAll('%', '%%'),
  ]);
  const build = await startTeamCityBuild({
    recipe: surfaces.recipe,
    parameters: { 'env.POSTGRES_BACKUPER_COMMAND': command, ...Object.fromEntries(fields) },
    environment: { PATH: `${process.execPath.replace(/\/node$/, '')}:/usr/bin:/bin`, HOME: folder },
    folder,
  });
  return {
    cancel: () => void build.stop(),
    ended: build.ended.then(async ({ status, log, tempDir }) => {
      const { [`postgres-backuper-${command}.json`]: result } = await textsIn(join(tempDir));
      return { status, stdout: log, stderr: '', log, files: result === undefined ? {} : { 'result.json': result } };
    }),
  };
}
