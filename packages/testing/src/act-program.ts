import { join } from 'node:path';
import { cached } from './cache.ts';
import { run } from './run.ts';

const VERSION = 'v0.2.89';

/** act, which runs GitHub's workflows here; built once from source by `go`. Returns its path. */
export async function actProgram(): Promise<string> {
  return join(await cached('act', VERSION, build), 'act');
}

async function build(dir: string): Promise<void> {
  const env = { ...process.env, GOBIN: dir, CGO_ENABLED: '0' };
  await run('go', ['install', `github.com/nektos/act@${VERSION}`], { env });
}
