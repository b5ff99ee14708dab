import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBundle } from './bundle/bundle.ts';

// `node scripts/build.ts` writes dist/; `--check` fails when dist/ is not what the sources give, byte for byte.
const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

if (process.argv.includes('--check')) {
  const folder = await mkdtemp(join(tmpdir(), 'postgres-backuper-build-'));
  try {
    await buildBundle(root, folder);
    const different = await differences(folder, dist);
    for (const name of different) console.error(`dist/${name} is not what the sources give: run 'pnpm build'`);
    process.exitCode = different.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
} else {
  for (const { name, sizeBytes } of await buildBundle(root, dist)) {
    console.log(`dist/${name}  ${(sizeBytes / 1024).toFixed(0)} KiB`);
  }
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
