import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { completedWords } from './words.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export const SHELLS = Object.keys(SCRIPTS) as readonly (keyof typeof SCRIPTS)[];

/** What completes the commands and flags in that shell; undefined: it is none that we know. */
export function completionScript(shell: string): string | undefined {
  const script = SHELLS.find((known) => known === shell);
  return script === undefined ? undefined : SCRIPTS[script](completedWords());
}
