import type { Plugin } from 'esbuild';

/** How every file of the bundle is made. */
export const BUNDLED = {
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  charset: 'ascii',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'error',
} as const;

/** In the code, a require of the library is one of the file beside. */
export function beside(library: string, file = library): Plugin {
  return {
    name: `${file}-beside`,
    setup: (builder) => {
      builder.onResolve({ filter: new RegExp(`^${library}$`) }, () => ({ path: `./${file}.cjs`, external: true }));
    },
  };
}
