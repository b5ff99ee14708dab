import { randomBytes } from 'node:crypto';
import {
  literal,
  type Refusal,
  readAnswer,
  runText,
  sql,
  type TextToRun,
  textFunction,
} from '@postgres-backuper/postgres';
import type { DumpTexts } from './copy-session.ts';
import type { createOutput, createSender } from './psql-stream.ts';

/** Runs texts in a session; see CopySession. The function for them is made when it is first needed. */
export function createTextRunner(
  send: ReturnType<typeof createSender>,
  output: ReturnType<typeof createOutput>,
  { standardStrings = true }: Pick<DumpTexts, 'standardStrings'>,
) {
  let canRun = false;
  return async (texts: readonly TextToRun[]): Promise<readonly (Refusal | undefined)[]> => {
    if (!canRun) await send.statements(textFunction({ standardStrings }));
    canRun = true;
    const marker = randomBytes(16).toString('hex');
    for (const text of texts)
      await send.statements(sql`SELECT ${literal(marker)} OPERATOR(pg_catalog.||) ${runText(text)}`);
    const answers: (Refusal | undefined)[] = [];
    for (const _ of texts) answers.push(readAnswer(await output.tag(new RegExp(`^${marker}(.*)$`))));
    return answers;
  };
}
