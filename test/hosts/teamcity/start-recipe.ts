import { join } from 'node:path';
import { startTeamCityBuild } from '@postgres-backuper/testing';
import { packBundle } from '../../../packages/hosts/src/teamcity/bundle-archive.ts';
import { META_RUNNER_PATH, metaRunnerFiles } from '../../../packages/hosts/src/teamcity/files.ts';
import type { Place, Starter } from '../same/host-under-test.ts';
import type { JobRequest, StartedJob } from '../same/job.ts';
import { textsIn } from '../same/texts-in.ts';
import { variable } from '../same/variable.ts';

/** The recipe with all commands. */
export async function prepareRecipe({ dist }: Place): Promise<Starter> {
  const { [META_RUNNER_PATH]: recipe = '' } = metaRunnerFiles(await packBundle(dist, '0.0.0'));
  return { start: (request) => startRecipe(request, recipe) };
}

/** The recipe with its fields, as TeamCity's agent runs it. */
async function startRecipe({ command, options, folder }: JobRequest, recipe: string): Promise<StartedJob> {
  const fields = Object.entries(options).map(([name, value]) => [
    `env.${variable(name, 'BACKUP_INPUT_')}`,
    value.replaceAll('%', '%%'),
  ]);
  const build = await startTeamCityBuild({
    recipe,
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
