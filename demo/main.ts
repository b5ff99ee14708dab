/** `pnpm demo [--s3] [--incremental]`: the whole story on a throw-away server, on S3 in a real MinIO; or that of a differential. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeTempFolder } from '../packages/cli/src/temp-folder.ts';
import { processTerminal } from '../packages/cli/src/terminal.ts';
import { demo } from './demo.ts';
import { demoIncremental } from './incremental.ts';

process.umask(0o077);
const { values } = parseArgs({
  options: {
    s3: { type: 'boolean', default: false },
    incremental: { type: 'boolean', default: false },
  },
});
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stopping.abort());
const folder = makeTempFolder(tmpdir());
try {
  const page = join(mkdtempSync(join(tmpdir(), 'demo-report-')), 'report.html');
  const place = { terminal: processTerminal(), folder, page, signal: stopping.signal };
  const play = values.incremental ? demoIncremental : demo;
  await play({ onS3: values.s3, megabytes: 200 }, place);
} catch (error) {
  if (!stopping.signal.aborted) throw error;
  console.error('the demo was cancelled; the servers are stopped');
  process.exitCode = 130;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
