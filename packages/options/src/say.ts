import { createSay } from '@postgres-backuper/base';
import type { CommandName } from './commands.ts';
import type { OptionName } from './options.ts';

/** As that of `base`, for every option and command of the tables. */
export const say = createSay<OptionName, CommandName>();
