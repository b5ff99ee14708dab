import { createInterface } from 'node:readline/promises';
import type { Terminal } from './terminal.ts';

/** Asks on the terminal until there is an answer; an empty one is `preset`. Undefined: there is no terminal to ask on. */
export async function askAnswer(
  question: string,
  {
    terminal,
    signal,
    preset = '',
  }: { readonly terminal: Terminal; readonly signal: AbortSignal; readonly preset?: string },
): Promise<string | undefined> {
  if (!terminal.prompts) return undefined;
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  reader.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    for (;;) {
      const answer = (await reader.question(`${question}${preset === '' ? '' : ` [${preset}]`}: `, { signal })).trim();
      if (answer !== '' || preset !== '') return answer || preset;
    }
  } finally {
    reader.close();
  }
}
