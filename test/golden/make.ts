/**
 * Makes golden backups of the version at hand: `node test/golden/make.ts v1 [FEATURE…]`. Those that exist are never made
 * again: they are what later versions must read.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startPostgres } from '@postgres-backuper/testing';
import { FEATURES } from './features.ts';
import { makeFeature } from './make-feature.ts';

const [version = '', ...asked] = process.argv.slice(2);
if (!/^v\d+$/.test(version)) throw new Error('say which: node test/golden/make.ts v1 [FEATURE…]');
const root = join(import.meta.dirname, version);
const features = FEATURES.filter(({ name }) => asked.length === 0 || asked.includes(name));
const existing = features.find(({ name }) => existsSync(join(root, name)));
if (existing !== undefined) throw new Error(`'${version}/${existing.name}' exists and is never made again`);
await mkdir(root, { recursive: true });
const server = await startPostgres({ major: 18, ownIdentity: true });
try {
  for (const feature of features) {
    const folder = join(root, `${feature.name}.unfinished`);
    await makeFeature(feature, server, folder).catch(async (error) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    });
    await rename(folder, join(root, feature.name));
    console.log(feature.name);
  }
} finally {
  await server.stop();
}
