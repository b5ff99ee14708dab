import { VERSION } from '@postgres-backuper/options/version'; // not the table of options
import { endProcess } from './end-process.ts';
import { useLittleMemory } from './little-memory.ts';
import { noteOutputError, outputProblem } from './standard-output.ts';
import { processTerminal, type Terminal } from './terminal.ts';

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
  process.stdout.on('error', noteOutputError); // `postgres-backuper list | head` closes it early, which is no error
  process.stderr.on('error', () => undefined); // a log that cannot be written ends no backup
  const { run } = await import('./run.ts');
  useLittleMemory();
  const status = await run(argv, { environment: process.env, terminal });
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))));
  endProcess(status === 0 ? outputStatus(terminal) : status);
}

/** The AWS library reads these itself, and would take a line end, which CI systems may append, as part of the key. */
function trimAwsKeys(environment: NodeJS.ProcessEnv): void {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
    const key = environment[name];
    if (key !== undefined) environment[name] = key.replace(/\r?\n$/, '');
  }
}

/** The status of a command that is done: its result must be where it was to be written. */
function outputStatus({ writeError }: Terminal): number {
  const problem = outputProblem();
  if (problem === undefined) return 0;
  writeError(`✗ standard output could not be written (${problem})\n`);
  return 1;
}

void main();
