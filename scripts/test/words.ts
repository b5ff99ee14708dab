export interface TestFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

/**
 * Vitest's arguments for `pnpm test WORD…`: a word that no path of a test file holds is a part of tests' names, looked
 * for in the files whose text holds it. Other arguments go through as they are. `isOfUnits`: nothing but unit tests is
 * asked for, which need no server.
 */
export function readWords(
  args: readonly string[],
  files: readonly TestFile[],
): { readonly args: readonly string[]; readonly isOfUnits: boolean } {
  if (args.length === 0 || args.some((arg) => arg.startsWith('-'))) return { args, isOfUnits: false };
  const names = args.filter((word) => !files.some(({ path }) => isIn(path, word)));
  const words = args.filter((word) => !names.includes(word));
  const inPath = files.filter(({ path }) => words.length === 0 || words.some((word) => isIn(path, word)));
  if (names.length === 0) return { args, isOfUnits: inPath.every(isUnit) };
  const inText = inPath.filter(({ text }) => names.some((name) => isIn(text, name)));
  const pattern = names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const paths = inText.length === 0 ? words : inText.map(({ path }) => path); // a name may be put together
  return { args: [...paths, '--testNamePattern', pattern], isOfUnits: inText.length > 0 && inText.every(isUnit) };
}

function isUnit({ path }: TestFile): boolean {
  return !path.startsWith('test/');
}

/** As vitest compares paths. */
function isIn(text: string, word: string): boolean {
  return text.toLowerCase().includes(word.replace(/^\.\//, '').toLowerCase());
}
