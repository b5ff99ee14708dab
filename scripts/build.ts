import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildBundle } from './bundle/bundle.ts';
import { hostFiles } from './host-files.ts';

// `node scripts/build.ts` writes dist/ and the files of hosts that contain dist/ or its sums; `--check` fails when one differs.
const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

if (process.argv.includes('--check')) {
  const folder = await mkdtemp(join(tmpdir(), 'postgres-backuper-build-'));
  try {
    await buildBundle(root, folder);
    const different = await differences(folder, dist);
    const paths = [...different.map((name) => `dist/${name}`), ...(await differentTexts(folder))];
    for (const path of paths) console.error(`${path} is not what the sources give: run 'pnpm build'`);
    process.exitCode = paths.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
} else {
  for (const { name, sizeBytes } of (await buildBundle(root, dist)).files) {
    console.log(`dist/${name}  ${(sizeBytes / 1024).toFixed(0)} KiB`);
  }
  const texts = await textsOf(dist);
  for (const path of await leftOvers(texts)) await rm(join(root, path));
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
    console.log(`${path}  ${(text.length / 1024).toFixed(0)} KiB`);
  }
}

async function textsOf(bundle: string): Promise<Readonly<Record<string, string>>> {
  const texts = (await hostFiles()).map(({ ofProgram }) => ofProgram?.(bundle));
  return Object.assign({}, ...(await Promise.all(texts)));
}

async function differentTexts(bundle: string): Promise<readonly string[]> {
  const texts = await textsOf(bundle);
  const compared = await Promise.all(
    Object.entries(texts).map(async ([path, text]) => {
      const written = await readFile(join(root, path), 'utf8').catch(() => '');
      return written === text ? [] : [path];
    }),
  );
  return [...compared.flat(), ...(await leftOvers(texts))];
}

/** Files of former sources: the folders hold only generated files. */
async function leftOvers(texts: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folders = [...new Set(Object.keys(texts).map((path) => dirname(path)))];
  const found = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
      return entries.flatMap((entry) => (entry.isFile() ? [join(folder, entry.name)] : []));
    }),
  );
  return found.flat().filter((path) => !(path in texts));
}

async function differences(a: string, b: string): Promise<readonly string[]> {
  const names = new Set([...(await readdir(a)), ...(await readdir(b).catch(() => []))]);
  const compared = await Promise.all(
    [...names].map(async (name) => {
      const [one, other] = await Promise.all([a, b].map((folder) => readFile(join(folder, name)).catch(() => null)));
      return one && other && one.equals(other) ? [] : [name];
    }),
  );
  return compared.flat().sort();
}
