import type { CommandDocument } from './host.ts';

/** The document as JSON for programs. Without a result, the details of the error are in its place. */
export function documentJson(document: CommandDocument): object {
  const { command, exit, server, databases, newest, error, result, details } = document;
  return { command, exit, server, databases, newest, error, result: result ?? details };
}
