import { join } from 'node:path';
import { cached } from './cache.ts';
import { run } from './run.ts';

const VERSION = 'v1.7.12';

/** The linter of GitHub's workflows, built once from source by `go`. Returns its path. */
export async function actionlintProgram(): Promise<string> {
  return join(await cached('actionlint', VERSION, build), 'actionlint');
}

async function build(dir: string): Promise<void> {
  const env = { ...process.env, GOBIN: dir, CGO_ENABLED: '0' };
  await run('go', ['install', `github.com/rhysd/actionlint/cmd/actionlint@${VERSION}`], { env });
}
