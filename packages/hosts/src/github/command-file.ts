import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';

/** `name<<delimiter`, the value, the delimiter. The delimiter is random, so no value can contain it. */
export function fileEntry(name: string, value: string, delimiter = `end_${randomBytes(16).toString('hex')}`): string {
  if (value.includes(delimiter)) throw new Error('a value holds its random delimiter');
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

/** Appends to a file that the runner named; returns the reason of a failure instead of throwing. */
export function appendTo(path: string | undefined, text: string): string | undefined {
  if (!path || text === '') return undefined;
  try {
    appendFileSync(path, text);
    return undefined;
  } catch (error) {
    return `'${path}' cannot be written (${(error as NodeJS.ErrnoException).code})`;
  }
}
