import type { CommandKey, Names, OptionKey } from '@postgres-backuper/base';

/** A command about one backup, to be written by hand. */
export interface ExampleRequest {
  readonly command: Extract<CommandKey, 'verify' | 'restore'>;
  /** The backup's label. */
  readonly target: string;
  readonly options: Readonly<Partial<Record<OptionKey, string>>>;
}

/** What a user copies; values may hold any character and are quoted as the language wants it. */
export interface Example {
  readonly language: 'sh' | 'yaml' | 'python' | 'text';
  readonly text: string;
}

/** How the users of a host name options and commands, and how they write a command. */
export interface Wording extends Names {
  readonly example: (request: ExampleRequest) => Example;
}
