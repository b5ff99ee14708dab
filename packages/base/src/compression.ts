/** How segments are compressed: at one level of zstd, or at levels for which the storage leaves time. */
export type Compression = { readonly level: number } | 'auto';

/** Of zstd, without those that need more memory to decompress than any segment has. */
export const COMPRESSION_LEVELS: readonly [least: number, most: number] = [1, 19];

/** Of the first version, and the default. */
export const FASTEST: Compression = { level: 1 };

/** `zstd:3` or `auto`; undefined for anything else. */
export function parseCompression(text: string): Compression | undefined {
  if (text === 'auto') return 'auto';
  const [, digits = ''] = /^zstd:(\d{1,2})$/.exec(text) ?? [];
  const level = Number(digits);
  const [least, most] = COMPRESSION_LEVELS;
  return level >= least && level <= most ? { level } : undefined;
}

/** As `parseCompression` reads it. */
export function compressionName(compression: Compression): string {
  return compression === 'auto' ? 'auto' : `zstd:${compression.level}`;
}
