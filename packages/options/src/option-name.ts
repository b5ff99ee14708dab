import type { Option } from './option.ts';
import type { OptionName } from './options.ts';

/** `keepDays` → `keep-days`: the name in a config file, which is the flag where the option has one. */
export function keyName(name: OptionName, { flag }: Option): string {
  return flag ?? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The name of a field of a form. `--password-file` takes a file; the field `password` holds the secret itself. */
export function fieldName(name: OptionName, option: Option): string {
  const key = keyName(name, option);
  return option.type === 'secret' ? key.replace(/-file$/, '') : key;
}
