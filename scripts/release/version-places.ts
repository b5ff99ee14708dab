import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the sources name the version by hand, and how; every file must have it. The rest is generated from these. */
const PLACES: readonly (readonly [string, RegExp])[] = [
  ['packages/*/package.json', /(?<="version": ")[^"]+/g],
  ['packages/options/src/version.ts', /(?<=VERSION = ')[^']+/g],
  ['docs/hosts/gitlab.md', /(?<=(?:@|--branch |`)v)\d+\.\d+\.\d+/g],
  ['docs/versioning.md', /(?<=@v)\d+\.\d+\.\d+/g],
  ['docs/hosts/gitlab/*.yml', /(?<=(?:@|ref: )v)\d+\.\d+\.\d+/g],
];

/** The version of the product. */
export async function productVersion(root: string): Promise<string> {
  return JSON.parse(await readFile(join(root, 'packages/cli/package.json'), 'utf8')).version;
}

/** One sentence for each file that names another version, or none. */
export async function versionProblems(root: string, version: string): Promise<readonly string[]> {
  const files = await placesOf(root);
  return files.flatMap(({ path, text, pattern }) => {
    const named = [...new Set(text.match(pattern) ?? [])];
    if (named.length === 0) return [`${path} names no version`];
    return named.filter((one) => one !== version).map((one) => `${path} names ${one} instead of ${version}`);
  });
}

/** Writes the version into all of them. */
export async function writeVersion(root: string, version: string): Promise<void> {
  for (const { path, text, pattern } of await placesOf(root))
    await writeFile(join(root, path), text.replace(pattern, version));
}

async function placesOf(root: string) {
  const files: { readonly path: string; readonly text: string; readonly pattern: RegExp }[] = [];
  for (const [where, pattern] of PLACES)
    for await (const path of glob(where, { cwd: root }))
      files.push({ path, text: await readFile(join(root, path), 'utf8'), pattern });
  return files;
}
