import { BackuperError, type Context, numberOf } from '@postgres-backuper/base';
import {
  type Client,
  prepareAssertions,
  runAssertion,
  type SqlFile,
  statementsOf,
  withSession,
} from '@postgres-backuper/postgres';

/** What the user asserts about the rows, as one of the files found it. */
export interface Assertion {
  /** As the user named it. */
  readonly file: string;
  readonly name: string;
  readonly ok: boolean;
  /** '': none. */
  readonly detail: string;
}

export interface AssertionRequest {
  readonly files: readonly SqlFile[];
  /** As `SHOW search_path` writes it. */
  readonly searchPath: string;
}

/**
 * Runs each statement of the files, read-only. Each row is an assertion; a statement that fails is one that is not met,
 * named by its place. Errors: server-unavailable, those of a connection.
 */
export async function assertDatabase(
  client: Client,
  { files, searchPath }: AssertionRequest,
  context: Context,
): Promise<readonly Assertion[]> {
  if (files.length === 0) return [];
  context.emit({
    type: 'phase',
    phase: 'assert',
    text: `asserting what ${files.map(({ name }) => `'${name}'`).join(', ')} says`,
  });
  return withSession(client, context, async (session) => {
    await prepareAssertions(session, searchPath);
    const found: Assertion[] = [];
    for (const { name: file, text } of files) {
      for (const statement of statementsOf(Buffer.from(text).toString('utf8'))) {
        context.signal.throwIfAborted();
        const place = `${file}, line ${statement.line}`;
        const answer = await runAssertion(session, statement);
        if ('problem' in answer) found.push({ file, name: place, ok: false, detail: answer.problem });
        else
          found.push(
            ...answer.rows.map(({ name, ok, detail }) => ({
              ...{ file, name: name ?? place, ok: ok === true },
              detail: detail ?? (ok === null ? 'ok is null' : ''),
            })),
          );
      }
    }
    return found;
  });
}

/** Assertions in one text; the result has all. */
const NAMED = 3;

/** Undefined: all are met. */
export function unmetText(assertions: readonly Assertion[]): string | undefined {
  const unmet = assertions.filter(({ ok }) => !ok);
  if (unmet.length === 0) return undefined;
  const texts = unmet.slice(0, NAMED).map(({ name, detail }) => `'${name}'${detail === '' ? '' : ` (${detail})`}`);
  const more = unmet.length - NAMED;
  return `${unmet.length} of ${numberOf(assertions.length, 'assertion')} failed: ${texts.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Errors of assertions: the rows are those of the backup. */
export function assertionFailed(
  text: string,
  { hint, result }: { readonly hint: string; readonly result?: unknown },
): BackuperError {
  return new BackuperError('assertion-failed', text, { hint, result });
}
