import { chmod, copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { AWS_LIBRARIES, bundleAwsSdk } from './aws-sdk.ts';
import { licencesText } from './licences.ts';
import { bundleNodemailer } from './nodemailer.ts';
import { BUNDLED, beside } from './options.ts';
import { bundleSsh2 } from './ssh2.ts';

export interface Bundle {
  readonly files: readonly { readonly name: string; readonly sizeBytes: number }[];
  /** What its files were made of; paths are relative to the root of the sources. */
  readonly parts: readonly Pick<Metafile, 'inputs'>[];
}

/**
 * Writes the files of the bundle into `folder`. The same sources give the same bytes.
 * `postgres-backuper.cjs` checks the version of Node.js, `main.cjs` is the program, `seal-thread.cjs` and
 * `open-thread.cjs` what its threads run, `page.cjs` what makes the page of `report`, `github.cjs` what GitHub's actions
 * call before and after it, `openpgp.cjs` the unmodified library (LGPL), a file of its own so that whoever wants can
 * replace it, `ssh2.cjs` the library of SFTP, `nodemailer.cjs` that of mail,
 * `aws-sdk.cjs` those of S3, `opentelemetry.cjs` what sends to an OpenTelemetry collector.
 */
export async function buildBundle(root: string, folder: string): Promise<Bundle> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: 'packages/cli/src/main.ts', out: 'main' },
      { in: 'packages/cli/src/services/seal-thread.ts', out: 'seal-thread' },
      { in: 'packages/cli/src/services/open-thread.ts', out: 'open-thread' },
      { in: 'packages/history/src/page/page.ts', out: 'page' },
      { in: 'packages/telemetry/src/otlp.ts', out: 'opentelemetry' },
      { in: 'packages/hosts/src/github/step.ts', out: 'github' },
    ],
    ...BUNDLED,
    outdir: folder,
    keepNames: false,
    write: false,
    define: { 'process.env.NODE_ENV': '"production"', 'import.meta.filename': '__filename' },
    // external modules are loaded by require, which sees all names of a CommonJS file
    supported: { 'dynamic-import': false },
    plugins: [
      beside('openpgp'),
      beside('ssh2'),
      beside('nodemailer'),
      ...AWS_LIBRARIES.map((library) => beside(library, 'aws-sdk')),
      beside('@postgres-backuper/history/page', 'page'),
      beside('@postgres-backuper/telemetry/otlp', 'opentelemetry'),
      withoutGitHubsClient,
    ],
  });
  for (const file of outputFiles) await writeFile(file.path, file.contents);
  await copyFile(join(root, 'packages/cli/src/launcher.cjs'), join(folder, 'postgres-backuper.cjs'));
  await chmod(join(folder, 'postgres-backuper.cjs'), 0o755);
  const openpgp = openPgpFile(root);
  await copyFile(openpgp, join(folder, 'openpgp.cjs'));
  const copied = { inputs: { [openpgp]: { bytes: (await stat(openpgp)).size, imports: [] } } };
  const libraries = [bundleSsh2, bundleNodemailer, bundleAwsSdk].map((write) => write(root, folder));
  const parts = [metafile, copied, ...(await Promise.all(libraries))];
  const inputs = parts.flatMap((part) => Object.keys(part.inputs));
  await writeFile(join(folder, 'THIRD_PARTY_LICENSES.txt'), await licencesText(root, inputs));
  return { files: await sizes(folder), parts };
}

/** Of GitHub's toolkit only what is used: its HTTP client, for OIDC, alone would be 400 kB. */
const withoutGitHubsClient: Plugin = {
  name: 'without-githubs-client',
  setup: (builder) => {
    builder.onResolve({ filter: /^@actions\/(http-client|exec|io)/ }, async ({ path, pluginData, ...more }) => {
      if (pluginData === 'resolving') return undefined;
      const found = await builder.resolve(path, { ...more, pluginData: 'resolving' });
      return { ...found, sideEffects: false };
    });
  },
};

function openPgpFile(root: string): string {
  const require = createRequire(join(root, 'packages/openpgp/package.json'));
  return join(dirname(require.resolve('openpgp')), 'openpgp.min.cjs');
}

async function sizes(folder: string) {
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map(async (name) => ({ name, sizeBytes: (await stat(join(folder, name))).size })));
}
