import { VERSION } from '@postgres-backuper/options/version'; // not the table of options
import { endProcess } from './end-process.ts';
import { useLittleMemory } from './little-memory.ts';
import { processTerminal } from './terminal.ts';

/** The first file that runs: answers `--version` before anything else is loaded. */
async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  const terminal = processTerminal();
  if (argv[0] === '--version' || argv[0] === '-V' || argv[0] === 'version') {
    terminal.writeOut(`${VERSION}\n`);
    return;
  }
  process.umask(0o077);
  trimAwsKeys(process.env);
  useLittleMemory();
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  const { run } = await import('./run.ts');
  const status = await run(argv, { environment: process.env, terminal });
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))));
  endProcess(status);
}

/** The AWS library reads these itself, and would take a line end, which CI systems may append, as part of the key. */
function trimAwsKeys(environment: NodeJS.ProcessEnv): void {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
    const key = environment[name];
    if (key !== undefined) environment[name] = key.replace(/\r?\n$/, '');
  }
}

/** `postgres-backuper list | head` closes our output early, which is no error. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

void main();
