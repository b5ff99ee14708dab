import type { CommandName } from '@postgres-backuper/options';
import type { CommandDocument } from './host.ts';

export interface Loose {
  readonly command: CommandName;
  readonly exit: number;
  readonly [Name: string]: unknown;
}

/** A document with only the fields of its result that a test needs. */
export function documentWith(loose: Loose): CommandDocument {
  return loose as unknown as CommandDocument;
}
