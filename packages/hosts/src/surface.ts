import type { CommandName, OptionName } from '@postgres-backuper/options';
import type { Example, ExampleRequest } from './wording.ts';

/** How a command is started: by words on a command line, or by one of our files for a CI system. */
export interface Surface {
  /** A noun for an option of the running command, e.g. `--into`, `the input 'into'`; with its value if there is one. */
  readonly option: (name: OptionName, value?: string) => string;
  /** A noun for a command. */
  readonly command: (
    name: CommandName,
    options: Readonly<Partial<Record<OptionName, string>>>,
    words: readonly string[],
  ) => string;
  /** A sentence that says where the options of the running command are described. */
  readonly help: string;
  readonly example: (request: ExampleRequest) => Example;
  /** What our file for the CI system passes on as `BACKUP_<NAME>`, a variable that no user sets there. */
  readonly inherited?: (name: OptionName) => string | undefined;
}
