import { createSay } from '@postgres-backuper/base';
import type { CommandName } from './commands.ts';
import type { OptionName } from './options.ts';

/** The `say` of `base` for all options and commands of the tables. */
export const say = createSay<OptionName, CommandName>();
