import { BackuperError } from '@postgres-backuper/base';
import { createFactsCollector } from '../judge/script-facts.ts';
import { createSurveyor, type Survey } from '../judge/script-survey.ts';
import { createScriptLexer } from '../lexer/script-lexer.ts';
import type { ScriptPart } from '../lexer/script-part.ts';

/** The parts of a script, grouped by chunk. Errors: script-refused, object-altered, those of `script`. */
export async function* readParts(script: AsyncIterable<Buffer>, source: string): AsyncGenerator<readonly ScriptPart[]> {
  const lexer = createScriptLexer();
  for await (const chunk of script) yield lexer.push(chunk);
  const { parts, isComplete } = lexer.end();
  if (isComplete) return yield parts;
  throw new BackuperError('object-altered', `'${source}' is incomplete: it ends inside of a statement or of data`, {
    hint: 'the dump failed or was cut when it was made: use an older one',
  });
}

/** What a whole script is about, and what a server needs for it. */
export interface ReadScript {
  readonly survey: Survey;
  readonly facts: ReturnType<typeof createFactsCollector>['facts'];
}

/** Reads a script to its end. Errors: those of readParts. */
export async function surveyScript(script: AsyncIterable<Buffer>, source: string): Promise<ReadScript> {
  const surveyor = createSurveyor();
  const { look, facts } = createFactsCollector();
  for await (const parts of readParts(script, source)) {
    for (const part of parts) {
      surveyor.look(part);
      look(part);
    }
  }
  return { survey: surveyor.survey(), facts };
}
