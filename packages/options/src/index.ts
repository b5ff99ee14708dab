export { parseArguments } from './arguments.ts';
export { choicesNote } from './choices-note.ts';
export {
  ALL_COMMANDS,
  COMMANDS,
  type CommandName,
  type CommandsOn,
  type CommandsThatNeed,
  commandRow,
  commandsOn,
  isOn,
  needs,
  type OutputName,
  type TargetedCommand,
  takesTarget,
  writesData,
} from './commands.ts';
export { LOCATION_EXAMPLES, type Scheme } from './locations.ts';
export { GROUPS, type Option, type OptionType } from './option.ts';
export { fieldName, keyName } from './option-name.ts';
export {
  ALL_OPTIONS,
  type AnySettings,
  environmentNames,
  inputName,
  isSecret,
  OPTIONS,
  type OptionName,
  optionsOf,
  type SettingsIfOffered,
  type SettingsOf,
} from './options.ts';
export { isNearer, type Origin, originOf } from './origin.ts';
export { areOf, type Resolved, resolveSettings } from './resolve.ts';
export { say } from './say.ts';
export { Secret } from './secret.ts';
export { withoutLineEnd } from './secret-text.ts';
export { settingsError } from './settings-error.ts';
export { holdsCredentials, shownPath, shownValue } from './shown.ts';
export type { Environment, Given } from './sources.ts';
export { parseValue } from './value.ts';
export { variableOf, variableText } from './variable.ts';
export { TOOL, VERSION } from './version.ts';
