import type { CommandDocument } from './host.ts';

/** The document as programs read it: without a result, what the error says besides its text stands in its place. */
export function documentJson(document: CommandDocument): object {
  const { command, exit, server, databases, newest, error, result, details } = document;
  return { command, exit, server, databases, newest, error, result: result ?? details };
}
