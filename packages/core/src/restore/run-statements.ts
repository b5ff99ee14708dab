import { randomBytes } from 'node:crypto';
import { BackuperError, numberOf } from '@postgres-backuper/base';
import { textOfBytes } from '@postgres-backuper/format';
import { type CopyStatement, literal, type Sql, sql } from '@postgres-backuper/postgres';
import type { createOutput, createSender } from './psql-stream.ts';

export interface CopyRequest {
  /** For people: `schema.table`. */
  readonly name: string;
  readonly copy: CopyStatement;
  /** Another number of rows is an error. */
  readonly expectedRows: number;
}

/** What a session does with its rows and answers; see CopySession. */
export function createStatements(send: ReturnType<typeof createSender>, output: ReturnType<typeof createOutput>) {
  return {
    /** After a copy statement. Returns the number of rows that the server counted. Errors: restore-differs. */
    async copyIn(request: CopyRequest, rows: AsyncIterable<Buffer>): Promise<number> {
      for await (const chunk of rows) await send.data(chunk);
      await send.endOfData();
      const count = Number(await output.tag(/^COPY (\d+)$/));
      if (count !== request.expectedRows) throw otherRows(request, count);
      return count;
    },
    /** Runs statements, then answers with `text`, an expression without line breaks in its value. */
    async answer(text: Sql, ...statements: readonly Sql[]): Promise<string> {
      const marker = randomBytes(16).toString('hex');
      await send.statements(...statements, sql`SELECT ${literal(marker)} OPERATOR(pg_catalog.||) ${text}`);
      return output.tag(new RegExp(`^${marker}(.*)$`));
    },
  };
}

export const NO_TEXT = sql`''`;

export function copyStatement({ copy: { target, columns } }: CopyRequest): Sql {
  return sql`COPY ${target} ${columns} FROM stdin`;
}

/** An expression with the rows of a query, in one line. */
export function rowsAsJson(query: Sql): Sql {
  const rows = sql`SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(q)) FROM (${query}) q`;
  return sql`coalesce((${rows}), '[]')::pg_catalog.text`;
}

/** `line`: the bytes of the answer, one character each. */
export function rowsOf<Row>(line: string): Row[] {
  return JSON.parse(textOfBytes(Buffer.from(line, 'latin1'))) as Row[];
}

function otherRows({ name, expectedRows }: CopyRequest, count: number): BackuperError {
  return new BackuperError(
    'restore-differs',
    `table '${name}' got ${numberOf(count, 'row')} instead of ${expectedRows}`,
  );
}
