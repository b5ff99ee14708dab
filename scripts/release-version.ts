/** `pnpm release:version`: turns the waiting changesets into the next version, its entry in CHANGELOG.md, and every place that names it. */
import { join } from 'node:path';
import { run } from '@postgres-backuper/testing';
import { productVersion, writeVersion } from './release/version-places.ts';

const root = join(import.meta.dirname, '..');
const before = await productVersion(root);
process.stdout.write(await run(join(root, 'node_modules/.bin/changeset'), ['version'], { cwd: root }));
const version = await productVersion(root);
await writeVersion(root, version);
await run('node', ['scripts/generate.ts'], { cwd: root });
console.log(
  version === before ? `no changeset waits: ${version}` : `${before} → ${version}: now 'pnpm build' and commit`,
);
