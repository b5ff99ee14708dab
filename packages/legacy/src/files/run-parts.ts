import { literal, sql, textOf as sqlText } from '@postgres-backuper/postgres';
import { judgeStatement } from '../judge/judge-statement.ts';
import type { Judgement } from '../judge/judgement.ts';
import type { Choice, Verdict } from '../judge/script-choice.ts';
import { createPlaceTracker } from '../judge/script-place.ts';
import { refused } from '../lexer/refused.ts';
import type { ScriptPart, Statement } from '../lexer/script-part.ts';

export interface Run {
  readonly choice: Choice;
  readonly serverMajor: number;
  /** Called with each left-out statement that is to be reported. */
  readonly onLeftOut: (what: string, line: number) => void;
  /** Called when a statement that creates an object is run. */
  readonly onCreate: () => void;
  /** SQL to run before a statement. */
  readonly before?: (judgement: Judgement) => string;
  /** SQL to run after the last statement. */
  readonly after?: () => string;
}

/** pg_dump 17 and newer always write it; older servers do not know it, and it may be left out. */
const UNKNOWN_BEFORE_17 = 'set transaction_timeout ';

/**
 * The bytes for psql: the chosen statements and data. Before a statement whose end depends on settings, these are set
 * again, since a function may have changed them. Errors: script-refused, those of `parts`.
 */
export async function* runParts(parts: AsyncIterable<readonly ScriptPart[]>, run: Run): AsyncGenerator<Buffer> {
  const place = createPlaceTracker();
  let verdict: Verdict = 'skip';
  yield Buffer.from(settingsOf({ standardStrings: true, clientEncoding: undefined }));
  for await (const some of parts) {
    const bytes: Buffer[] = [];
    for (const part of some) {
      const { database } = place(part);
      if (part.kind === 'data' && verdict === 'run') bytes.push(part.bytes);
      if (part.kind === 'connect') decide({ kind: 'connect' }, part, { run, database });
      if (part.kind !== 'statement') continue;
      const judgement = judgeStatement(part);
      verdict = decide(judgement, part, { run, database });
      if (verdict !== 'run') continue;
      if (part.heads[0]?.[0] === 'create') run.onCreate();
      bytes.push(...textOf(part, run.before?.(judgement) ?? ''));
    }
    if (bytes.length > 0) yield Buffer.concat(bytes);
  }
  yield Buffer.from(run.after?.() ?? '');
}

function decide(
  judgement: Parameters<Choice>[0],
  part: Extract<ScriptPart, { line: number }>,
  { run, database }: { readonly run: Run; readonly database: string | undefined },
): Verdict {
  const verdict = isUnknown(part, run) ? 'skip' : run.choice(judgement, database);
  const what = 'what' in judgement ? judgement.what : '\\connect';
  if (verdict === 'refuse') throw refused(what, part.line);
  if (verdict === 'leave-out') run.onLeftOut(what, part.line);
  return verdict;
}

function isUnknown(part: ScriptPart, { serverMajor }: Run): boolean {
  if (serverMajor >= 17 || part.kind !== 'statement') return false;
  return part.heads[0]?.join(' ').startsWith(UNKNOWN_BEFORE_17) === true;
}

function textOf(statement: Statement, before: string): Buffer[] {
  const settings = statement.isUnsure ? settingsOf(statement) : '';
  const end = statement.isEnded ? [] : [Buffer.from('\n;')]; // on its own line: else psql loses the text after COPY
  return [Buffer.from(`\n${before}${settings}`), statement.text, ...end];
}

/** Sets them for psql and the server. A file that sets no encoding has that of the database. */
function settingsOf({
  standardStrings,
  clientEncoding,
}: Pick<Statement, 'standardStrings' | 'clientEncoding'>): string {
  const encoding =
    clientEncoding === undefined ? sql`pg_catalog.current_setting('server_encoding')` : literal(clientEncoding);
  const lines = [
    sql`SELECT pg_catalog.set_config('client_encoding', ${encoding}, false);`,
    standardStrings ? sql`SET standard_conforming_strings = on;` : sql`SET standard_conforming_strings = off;`,
  ];
  return `${lines.map(sqlText).join('\n')}\n`;
}
