import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { BUNDLED } from './options.ts';

/**
 * Writes `ssh2.cjs`, the library of SFTP storages: a file of its own, so that whoever uses another storage does not load
 * it. Returns what it consists of; paths are relative to `root`.
 */
export async function bundleSsh2(root: string, folder: string): Promise<Metafile> {
  const require = createRequire(join(root, 'packages/storage-sftp/package.json'));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [{ in: require.resolve('ssh2'), out: 'ssh2' }],
    ...BUNDLED,
    outdir: folder,
    plugins: [withoutNativeParts],
  });
  const inputs = Object.entries(metafile.inputs).filter(([path]) => !path.startsWith(`${ABSENT}:`));
  return { ...metafile, inputs: Object.fromEntries(inputs) };
}

const ABSENT = 'absent';

/** The library does without them, as it does where they were not compiled: Node.js has the same ciphers. */
const withoutNativeParts: Plugin = {
  name: 'without-native-parts',
  setup: (builder) => {
    builder.onResolve({ filter: /^cpu-features$|\/sshcrypto\.node$/ }, ({ path }) => ({ path, namespace: ABSENT }));
    builder.onLoad({ filter: /.*/, namespace: ABSENT }, () => ({ contents: "throw new Error('left out')" }));
  },
};
