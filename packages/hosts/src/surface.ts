import type { CommandName, OptionName } from '@postgres-backuper/options';
import type { Example, ExampleRequest } from './wording.ts';

/** By what a command is started: words on a command line, or a file of ours for a CI system. */
export interface Surface {
  /** A noun for an option of the running command, e.g. `--into`, `the input 'into'`; with its value, where there is one. */
  readonly option: (name: OptionName, value?: string) => string;
  /** A noun for a command. */
  readonly command: (name: CommandName, options: Readonly<Partial<Record<OptionName, string>>>) => string;
  /** A sentence: where the options of the running command are described. */
  readonly help: string;
  readonly example: (request: ExampleRequest) => Example;
  /** What the CI system's file passes on as `BACKUP_<NAME>`, where no user sets such a variable. */
  readonly inherited?: (name: OptionName) => string | undefined;
}
