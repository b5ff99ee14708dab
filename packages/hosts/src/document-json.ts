import type { CommandName } from '@postgres-backuper/options';
import type { CommandDocument, DocumentOf, ErrorDetails } from './host.ts';
import type { ResultOf } from './results.ts';

/** Changes when a program that reads the documents or the log of the version before could misread them; a new field is no change. */
export const JSON_VERSION = 1;

/** What `--json` and `--result-file` write. Without a result, the details of the error are in its place. */
export type JsonDocumentOf<C extends CommandName> = Pick<
  DocumentOf<C>,
  'command' | 'exit' | 'server' | 'databases' | 'newest' | 'error'
> & {
  readonly version: typeof JSON_VERSION;
  readonly result?: ResultOf<C> | ErrorDetails | undefined;
};

/** The documents of all commands. */
export type JsonDocument = { [C in CommandName]: JsonDocumentOf<C> }[CommandName];

/** The document as JSON for programs. */
export function documentJson(document: CommandDocument): JsonDocument {
  const { command, exit, server, databases, newest, error, result, details } = document;
  const written = { version: JSON_VERSION, command, exit, server, databases, newest, error, result: result ?? details };
  return written as JsonDocument; // the command decides the type of its result, which the compiler cannot see here
}
