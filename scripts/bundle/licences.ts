import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';

const HEADER = `postgres-backuper is under the MIT licence (LICENSE). Its bundle contains the packages below.

openpgp is under the GNU Lesser General Public License, version 3 or later. It is not part of main.cjs: openpgp.cjs is
the unmodified file dist/node/openpgp.min.cjs of that package. To use another version, put its openpgp.min.cjs in the
place of openpgp.cjs; nothing else needs to be rebuilt. Its source is at https://github.com/openpgpjs/openpgpjs
`;

/** Name, version, licence and licence text of each package that one of the bundled files belongs to. */
export async function licencesText(root: string, inputs: readonly string[]): Promise<string> {
  const folders = new Set(inputs.flatMap((input) => packageFolder(relative(root, resolve(root, input)))));
  const packages = await Promise.all([...folders].map((folder) => describe(join(root, folder))));
  const unique = new Map(packages.map((entry) => [entry.title, entry]));
  const sorted = [...unique.values()].sort((a, b) => (a.title < b.title ? -1 : 1));
  return [HEADER, ...sorted.map(({ title, text }) => `${'-'.repeat(80)}\n${title}\n\n${text.trim()}\n`)].join('\n');
}

function packageFolder(path: string): readonly string[] {
  const folder = /^(.*\/?node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path.replaceAll('\\', '/'))?.[1];
  return folder === undefined ? [] : [folder];
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly licenses?: readonly { readonly type: string }[];
}

async function describe(folder: string): Promise<{ title: string; text: string }> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
  const licence = manifest.license ?? manifest.licenses?.map(({ type }) => type).join(' OR '); // older packages list them
  const title = `${manifest.name} ${manifest.version}: ${licence}`;
  const name = (await readdir(folder)).sort().find((file) => /^(licen[cs]e|copying)/i.test(file));
  const text = name === undefined ? 'The package holds no licence text.' : await readFile(join(folder, name), 'utf8');
  return { title, text: text.replaceAll('\r\n', '\n') };
}
