/**
 * `pnpm release --dry-run [--tag vX.Y.Z] [--repository OWNER/NAME] [--output FOLDER]`: all of a release that needs no
 * server. Checks that the sources are one version, and makes the files that are published, their sums, the list of what
 * is in them (SBOM), and the notes. With a tag it must be that of the version, and every change must be in the changelog.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '@postgres-backuper/testing';
import { buildBundle } from './bundle/bundle.ts';
import { notesOf } from './release/notes.ts';
import { packNpm } from './release/npm.ts';
import { buildPython } from './release/python.ts';
import { writeSbom } from './release/sbom.ts';
import { tagProblems } from './release/tag.ts';
import { productVersion, versionProblems } from './release/version-places.ts';

const root = join(import.meta.dirname, '..');
const OWN = join(root, '.tmp/release');
const { values: asked } = parseArgs({
  options: {
    'dry-run': { type: 'boolean' },
    tag: { type: 'string' },
    repository: { type: 'string' },
    output: { type: 'string' },
  },
});
if (asked['dry-run'] !== true) {
  console.error('a tag publishes a release (docs/releasing.md); here: pnpm release --dry-run');
  process.exit(2);
}
const folder = await emptyFolder(asked.output);
const work = await mkdtemp(join(tmpdir(), 'release-'));
const version = await productVersion(root);
let failed = 0;
try {
  await step(`every file names version ${version}`, async () => report(await versionProblems(root, version)));
  await step('the changelog has its entry', writeNotes);
  await step('the tag is that of the version, and no change waits', async () =>
    report(tagProblems({ tag: asked.tag, version, changes: await waitingChanges() })),
  );
  await step('the generated files are what the tables give', () =>
    run('node', ['scripts/generate.ts', '--check'], { cwd: root }),
  );
  await step('the bundle is what the sources give', () => run('node', ['scripts/build.ts', '--check'], { cwd: root }));
  await step('npm package', () => packNpm(root, { folder, work, repository: asked.repository }));
  await step('Python wheel and sdist', () => buildPython(root, { folder, work }));
  await step('SBOM', async () => {
    const file = join(folder, `postgres-backuper-${version}.cdx.json`);
    await writeSbom(await buildBundle(root, join(work, 'bundle')), { root, file, work });
  });
  await step('sums', writeSums);
} finally {
  await rm(work, { recursive: true, force: true });
}
console.log(`${folder}:`);
for (const name of (await readdir(folder)).sort()) console.log(`  ${name}`);
process.exitCode = failed === 0 ? 0 : 1;

async function step(name: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
    console.log(`✓ ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`✗ ${name}: ${error instanceof Error ? error.message : error}`);
  }
}

function report(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.join('; '));
}

/** Ours is made anew; another one must be empty. */
async function emptyFolder(asked: string | undefined): Promise<string> {
  const path = asked === undefined ? OWN : resolve(asked);
  if (asked === undefined) await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
  if ((await readdir(path)).length === 0) return path;
  console.error(`${path} is not empty: give another --output`);
  process.exit(2);
}

async function writeNotes(): Promise<void> {
  const changelog = await readFile(join(root, 'CHANGELOG.md'), 'utf8');
  await writeFile(join(folder, 'NOTES.md'), notesOf(changelog, version));
}

async function waitingChanges(): Promise<readonly string[]> {
  const names = (await readdir(join(root, '.changeset'))).filter((name) => /^(?!README).*\.md$/.test(name));
  return names.map((name) => `.changeset/${name}`);
}

/** For `sha256sum --check`. */
async function writeSums(): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name !== 'NOTES.md').sort();
  const lines = names.map(async (name) => {
    const bytes = await readFile(join(folder, name));
    return `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`;
  });
  await writeFile(join(folder, 'SHA256SUMS'), (await Promise.all(lines)).join(''));
}
