import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { BUNDLED } from './options.ts';

/**
 * Writes `nodemailer.cjs`, the library of mail: a file of its own, so that whoever sends none does not load it. Returns
 * what it consists of; paths are relative to `root`.
 */
export async function bundleNodemailer(root: string, folder: string): Promise<Metafile> {
  const require = createRequire(join(root, 'packages/notifications/package.json'));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [{ in: require.resolve('nodemailer'), out: 'nodemailer' }],
    ...BUNDLED,
    outdir: folder,
  });
  return metafile;
}
