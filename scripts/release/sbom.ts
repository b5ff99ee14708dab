import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run } from '@postgres-backuper/testing';
import type { Bundle } from '../bundle/bundle.ts';

type Inputs = Bundle['parts'][number]['inputs'];

/**
 * Writes a CycloneDX document of every package whose code is in the bundle, and of what each of them needs. The same
 * sources give the same bytes. `work`: a folder for what it is made from.
 */
export async function writeSbom(
  bundle: Bundle,
  { root, file, work }: Readonly<Record<'root' | 'file' | 'work', string>>,
) {
  const inputs = Object.assign({}, ...bundle.parts.map((part) => absolute(part.inputs, root))) as Inputs;
  const used = Object.entries(inputs).map(([path, { bytes }]) => [path, { bytesInOutput: bytes }]);
  const metafile = join(work, 'metafile.json');
  const outputs = { bundle: { bytes: 0, imports: [], exports: [], inputs: Object.fromEntries(used) } };
  await writeFile(metafile, JSON.stringify({ inputs, outputs }));
  const program = join(root, 'node_modules/.bin/cyclonedx-esbuild');
  const asked = ['--build-working-dir', join(root, 'packages/cli'), '--output-reproducible', '--validate'];
  await run(program, [...asked, '--output-file', file, metafile]);
}

/** The working directory of the program is the folder of the package that it describes. */
function absolute(inputs: Inputs, root: string): Inputs {
  const entries = Object.entries(inputs).map(([path, { imports, ...input }]) => [
    resolve(root, path),
    { ...input, imports: imports.map((one) => (one.external ? one : { ...one, path: resolve(root, one.path) })) },
  ]);
  return Object.fromEntries(entries);
}
