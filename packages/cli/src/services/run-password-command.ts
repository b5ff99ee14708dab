import { BackuperError, type Context, type Program, type ProgramEnd, say, startProgram } from '@postgres-backuper/base';
import { maskLine } from './mask-secrets.ts';

export interface PasswordCommand {
  /** Run by `sh -c`. Its text is no secret. */
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  /** What no text may show of what the command says. */
  readonly secrets: readonly string[];
}

/** How long the command may take, milliseconds. */
const LIMIT_MS = 30_000;
/** More than any password or token, bytes. */
const LIMIT_BYTES = 65_536;
/** Shown of its message, characters. */
const SHOWN_CHARACTERS = 500;

/**
 * Runs the command and returns the password that it prints, without the line end. Its standard error is shown only if it
 * fails, without secrets. Errors: password-unavailable, cancelled.
 */
export async function runPasswordCommand(
  { command, env, secrets }: PasswordCommand,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<string> {
  const over = new AbortController();
  const program = await startProgram({ file: '/bin/sh', args: ['-c', command], env }, { clock, signal });
  let isLate = false;
  const late = (): void => {
    isLate = true;
    program.stop();
    program.stdout.destroy(); // a program that left the group may hold it open
  };
  clock.sleep(LIMIT_MS, { signal: over.signal, idle: true }).then(late, () => undefined);
  const said = await readSome(program).catch(() => '');
  const end = await program.ended;
  over.abort();
  signal.throwIfAborted();
  if (isLate) throw unavailable(`did not end within ${LIMIT_MS / 1000} seconds`);
  const problem = problemOf(said, end);
  if (problem === undefined) return said.replace(/\r?\n$/, '');
  throw unavailable(`${problem}${messageOf(end, [...secrets, ...said.split(/\s+/)])}`);
}

/** All that it prints; at most a little more than the limit, since it is stopped there. */
async function readSome(program: Program): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of program.stdout) {
    if (bytes <= LIMIT_BYTES) chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > LIMIT_BYTES) program.stop();
  }
  return Buffer.concat(chunks).toString('utf8');
}

function problemOf(said: string, { status, signal }: ProgramEnd): string | undefined {
  if (Buffer.byteLength(said) > LIMIT_BYTES) return 'printed more than a password';
  if (signal !== null) return `was ended by ${signal}`;
  if (status !== 0) return `ended with status ${status}`;
  const password = said.replace(/\r?\n$/, '');
  if (password === '') return 'printed nothing';
  return /[\n\r\0]/.test(password) ? 'printed more than one line' : undefined;
}

/** The last line of its standard error, without secrets. */
function messageOf({ stderr }: ProgramEnd, secrets: readonly string[]): string {
  const line = stderr.trim().split('\n').at(-1)?.trim() ?? '';
  const hidden = maskLine(line, secrets);
  return hidden === '' ? '' : `: ${hidden.slice(0, SHOWN_CHARACTERS)}`;
}

function unavailable(what: string): BackuperError {
  return new BackuperError('password-unavailable', `the command for the password ${what}`, {
    hint: `run the command of ${say.given('passwordCommand')} by hand as the same user: it must print the password and nothing else`,
  });
}
