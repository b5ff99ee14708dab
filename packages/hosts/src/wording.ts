import type { CommandKey, Names, OptionKey } from '@postgres-backuper/base';

/** A command about one backup, as an example to copy. */
export interface ExampleRequest {
  readonly command: Extract<CommandKey, 'verify' | 'restore'>;
  /** The backup's label. */
  readonly target: string;
  readonly options: Readonly<Partial<Record<OptionKey, string>>>;
}

/** The example to copy; values may hold any character and are quoted by the rules of the language. */
export interface Example {
  readonly language: 'sh' | 'yaml' | 'python' | 'text';
  readonly text: string;
}

/** How the users of a host name options and commands, and how they write a command. */
export interface Wording extends Names {
  readonly example: (request: ExampleRequest) => Example;
}
