import { copyFile, cp, rm } from 'node:fs/promises';
import { join } from 'node:path';

// Runs before `npm pack` in packages/cli: a package must hold the files that the repository keeps at its root.
const root = join(import.meta.dirname, '..');
const target = join(root, 'packages/cli');
await rm(join(target, 'dist'), { recursive: true, force: true });
await cp(join(root, 'dist'), join(target, 'dist'), { recursive: true });
for (const name of ['README.md', 'LICENSE']) await copyFile(join(root, name), join(target, name));
