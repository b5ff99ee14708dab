import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { BUNDLED } from './options.ts';

/** The libraries of which `aws-sdk.cjs` has all names. */
export const AWS_LIBRARIES = ['@aws-sdk/client-s3', '@smithy/node-http-handler'] as const;

/** Whose libraries they are. */
const PACKAGE = 'packages/storage-s3';

/**
 * Writes `aws-sdk.cjs`, the libraries of S3: a file of its own, since a third of the program would be theirs, and what
 * needs no more than a few requests does without them. Returns what it consists of; paths are relative to `root`.
 */
export async function bundleAwsSdk(root: string, folder: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    stdin: {
      contents: AWS_LIBRARIES.map((library) => `export * from '${library}';`).join('\n'),
      resolveDir: join(root, PACKAGE),
      sourcefile: 'aws-sdk',
    },
    ...BUNDLED,
    outdir: folder,
    entryNames: 'aws-sdk',
  });
  const inputs = Object.entries(metafile.inputs).filter(([path]) => path !== `${PACKAGE}/aws-sdk`);
  return { ...metafile, inputs: Object.fromEntries(inputs) };
}
