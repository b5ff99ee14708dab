import { randomBytes } from 'node:crypto';
import {
  failedStatement,
  literal,
  type Refusal,
  readAnswer,
  runText,
  serverErrorOf,
  sql,
  type TextToRun,
  textFunction,
} from '@postgres-backuper/postgres';
import type { DumpTexts } from './copy-session.ts';
import { type createOutput, type createSender, ProgramEnded } from './psql-stream.ts';
import type { ServerWarnings } from './server-warnings.ts';

/** What the server said about texts. */
export interface TextAnswers {
  /** One for each text, in their order, undefined where it is done; fewer where one ended the session. */
  readonly answers: readonly (Refusal | undefined)[];
  /** The last answer is about a text that ended the session. */
  readonly isOver: boolean;
}

/** A text of an entry. */
export interface RunnableText extends Omit<TextToRun, 'frame'> {
  readonly isGrant?: boolean;
}

interface Streams {
  readonly send: ReturnType<typeof createSender>;
  readonly output: ReturnType<typeof createOutput>;
  readonly warnings: ServerWarnings;
}

/**
 * Runs texts in a session; see CopySession. The function for them is made when it is first needed. A grant without
 * effect is a warning of the server, and a refusal here.
 */
export function createTextRunner(
  { send, output, warnings }: Streams,
  { standardStrings = true }: Pick<DumpTexts, 'standardStrings'>,
) {
  let canRun = false;
  const answer = async (marker: string, { isGrant }: RunnableText): Promise<Refusal | undefined> => {
    const refusal = readAnswer(await output.tag(new RegExp(`^${marker}(.*)$`)));
    const [warning] = isGrant === true ? await warnings.next() : [];
    return refusal ?? (warning && { part: 'definition', detail: '', hint: '', ...warning });
  };
  return async (texts: readonly RunnableText[]): Promise<TextAnswers> => {
    if (!canRun) await send.statements(textFunction({ standardStrings }));
    canRun = true;
    const marker = randomBytes(16).toString('hex');
    const answers: (Refusal | undefined)[] = [];
    try {
      for (const text of texts) {
        const frame = text.isGrant === true ? warnings.frame : undefined;
        await send.statements(sql`SELECT ${literal(marker)} OPERATOR(pg_catalog.||) ${runText({ ...text, frame })}`);
      }
      await send.flush();
    } catch (error) {
      if (!(error instanceof ProgramEnded)) throw error; // one of them ended the session: the answers say which one
    }
    try {
      for (const text of texts) answers.push(await answer(marker, text));
      return { answers, isOver: false };
    } catch (error) {
      return { answers: [...answers, endingRefusal(error)], isOver: true };
    }
  };
}

/** What psql said about the text that ended it. Throws an error that concerns more than a text. */
function endingRefusal(error: unknown): Refusal {
  const said = error instanceof ProgramEnded ? failedStatement(error.end.stderr) : undefined;
  if (said === undefined || serverErrorOf(said) !== undefined) throw error;
  const { sqlState, message, detail = '' } = said;
  return { part: 'definition', sqlState, message, detail, hint: '' };
}
