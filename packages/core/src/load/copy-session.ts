import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Context } from '../context.ts';
import { BackuperError } from '../errors.ts';
import { connectError } from '../postgres/connect-error.ts';
import type { Client } from '../postgres/server.ts';
import { type Program, type ProgramEnd, programError, startProgram } from '../process.ts';
import type { CopyStatement } from './copy-statement.ts';

/**
 * A session that sends and reads COPY data: one long-lived psql that ends at the first error, so that data can never be
 * taken for commands. Tables go one after another.
 */
export interface CopySession {
  /**
   * Loads rows in one transaction, which commits only when `rows` ended without an error. Returns the number of rows
   * that the server counted. Errors: restore-failed (with the server's message), server-unavailable, those of `rows`.
   */
  load(request: LoadRequest, rows: AsyncIterable<Buffer>): Promise<number>;
  /** The rows of a table as COPY text, as pg_dump reads them. Errors: restore-failed, server-unavailable. */
  read(request: { readonly name: string; readonly copy: CopyStatement }): AsyncGenerator<Buffer>;
  /** The rows of a partitioned table, columns in the order given. Errors: restore-failed, server-unavailable. */
  readRoot(request: {
    readonly name: string;
    readonly copy: CopyStatement;
    readonly columns: readonly Buffer[];
  }): AsyncGenerator<Buffer>;
  close(): Promise<void>;
}

export interface LoadRequest {
  /** For people: `schema.table`. */
  readonly name: string;
  readonly copy: CopyStatement;
  /** Empties the table first, in the same transaction: rows then lie in the order in which they came. */
  readonly truncate: boolean;
}

/** What pg_restore sends, and what it leaves to the settings of database and role (measured: array_nulls corrupts). */
const SETTINGS = `
SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;
SET search_path = ''; SET row_security = off; SET check_function_bodies = off; SET xmloption = content;
SET standard_conforming_strings = on; SET client_min_messages = warning; SET array_nulls = on;
SET default_transaction_read_only = off; SET default_transaction_isolation = 'read committed';
SET DateStyle = ISO; SET IntervalStyle = postgres; SET extra_float_digits = 3; SET synchronize_seqscans = off;
SET synchronous_commit = off;
DO $$ BEGIN PERFORM pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings
 WHERE name IN ('transaction_timeout', 'idle_session_timeout'); END $$;
`;

/** `encoding`: of the dump. Errors: those of a connection, program-missing. */
export async function openCopySession(
  client: Client,
  { encoding }: { readonly encoding: string },
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<CopySession> {
  const { signal } = context;
  const program = await startProgram(
    {
      file: client.programs.psql,
      args: ['--no-psqlrc', '--no-password', '--set=ON_ERROR_STOP=1', '--pset=pager=off'],
      env: { ...client.server.env, PGCLIENTENCODING: encoding, PGTZ: 'UTC', LC_MESSAGES: 'C' },
      stdin: 'pipe',
    },
    context,
  );
  const send = createSender(program, signal);
  const output = createOutput(program, signal);
  const guarded = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      program.stop(); // the transaction ends with the session
      throw error instanceof ProgramEnded ? loadError(error.end, name) : error;
    }
  };
  async function* readSource(name: string, source: Buffer): AsyncGenerator<Buffer> {
    const marker = randomBytes(16).toString('hex');
    await guarded(name, () => send(join('COPY ', source, ` TO stdout;\n\\echo ${marker}\n`)));
    for (;;) {
      const chunk = await guarded(name, () => output.until(marker));
      if (chunk === undefined) return;
      yield chunk;
    }
  }
  const session: CopySession = {
    load: (request, rows) =>
      guarded(request.name, async () => {
        const truncate = request.truncate ? join('TRUNCATE ONLY ', request.copy.target, ';\n') : '';
        await send(join('BEGIN;\n', truncate, request.copy.from, ';\n'));
        for await (const chunk of rows) await send(chunk);
        await send('\\.\n');
        const count = await output.tag(/^COPY (\d+)$/);
        await send('COMMIT;\n');
        await output.tag(/^(COMMIT|ROLLBACK)$/);
        return Number(count);
      }),
    read: ({ name, copy }) => readSource(name, join(copy.target, ' ', copy.columns)),
    readRoot: ({ name, copy, columns }) => {
      const list = columns.flatMap((column, index) => (index === 0 ? [column] : [', ', column]));
      return readSource(name, join('(SELECT ', ...list, ' FROM ', copy.target, ')'));
    },
    close: async () => {
      program.stdin.end('\\q\n');
      program.stop();
      await program.ended;
    },
  };
  await guarded('', async () => {
    const marker = randomBytes(16).toString('hex');
    await send(`${SETTINGS}\\echo ${marker}\n`);
    await output.tag(new RegExp(`^(${marker})$`));
  });
  return session;
}

/** Carries the end of psql from wherever it is noticed to where the table's name is known. */
class ProgramEnded extends Error {
  readonly end: ProgramEnd;
  constructor(end: ProgramEnd) {
    super('ended');
    this.end = end;
  }
}

/** Writes with backpressure; a psql that ends never leaves the writer waiting. */
function createSender(program: Program, signal: AbortSignal) {
  const ended = program.ended.then((end) => {
    signal.throwIfAborted();
    throw new ProgramEnded(end);
  });
  ended.catch(() => undefined);
  return async (chunk: Buffer | string): Promise<void> => {
    if (program.stdin.destroyed) return ended;
    const written = new Promise<void>((resolve) => program.stdin.write(chunk, () => resolve()));
    await Promise.race([written, ended]);
    if (program.stdin.destroyed) return ended;
  };
}

/** Standard output, pulled: what nobody asks for stays in the pipe. */
function createOutput(program: Program, signal: AbortSignal) {
  const stdout: Readable = program.stdout;
  let buffer = Buffer.alloc(0);
  const iterator = stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const more = async (): Promise<Buffer> => {
    const { done, value } = await iterator.next();
    if (done !== true) return value;
    const end = await program.ended;
    signal.throwIfAborted();
    throw new ProgramEnded(end);
  };
  /** The first group of the first line that matches; other lines are dropped. */
  const tag = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const end = buffer.indexOf(0x0a);
      if (end < 0) {
        buffer = Buffer.concat([buffer, await more()]);
        continue;
      }
      const line = buffer.subarray(0, end).toString('latin1');
      buffer = buffer.subarray(end + 1);
      const found = pattern.exec(line)?.[1];
      if (found !== undefined) return found;
    }
  };
  /** The next bytes before the line `marker`; undefined when it is reached. */
  const until = async (marker: string): Promise<Buffer | undefined> => {
    const held = marker.length + 1;
    while (buffer.length <= held) {
      if (buffer.length === held && buffer.toString('latin1') === `${marker}\n`) {
        buffer = Buffer.alloc(0);
        return undefined;
      }
      buffer = Buffer.concat([buffer, await more()]);
    }
    const chunk = buffer.subarray(0, buffer.length - held);
    buffer = buffer.subarray(buffer.length - held);
    return chunk;
  };
  return { tag, until };
}

function loadError(end: ProgramEnd, name: string): BackuperError {
  const said = /^(?:psql:\S+ )?ERROR: +(.*)$/m.exec(end.stderr)?.[1];
  if (said === undefined) return connectError(end.stderr) ?? programError(end);
  return new BackuperError('restore-failed', `table '${name}' could not be loaded: the server said '${said}'`);
}

function join(...parts: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
}
