import type { Catalog, CatalogFile } from './catalog-document.ts';
import type { Extents } from './extents.ts';
import { largerTexts } from './larger-texts.ts';
import { isSliced } from './slices.ts';

/** The JSON text of a catalog, sorted by its keys, with one list member per line, in parts that are never held together. */
export function textsOf(catalog: Catalog): Iterable<string> {
  return largerTexts(partsOf(catalog));
}

function* partsOf(catalog: Catalog): Generator<string> {
  const entries = Object.entries(catalog).sort(([a], [b]) => (a < b ? -1 : 1));
  let separator = '{\n';
  for (const [key, value] of entries as [string, unknown][]) {
    yield `${separator}${JSON.stringify(key)}:`;
    if (!Array.isArray(value) || value.length === 0) yield JSON.stringify(value);
    else yield* members(value, key === 'files');
    separator = ',\n';
  }
  yield '\n}\n';
}

function* members(list: readonly unknown[], isFiles: boolean): Generator<string> {
  let separator = '[\n';
  for (const member of list) {
    yield separator;
    if (isFiles) yield* fileParts(member as CatalogFile);
    else yield JSON.stringify(member);
    separator = ',\n';
  }
  yield '\n]';
}

/** A file of terabytes has a million extents. */
function* fileParts(file: CatalogFile): Generator<string> {
  if (!isSliced(file)) return yield* withExtents(file);
  const { slices, ...whole } = file;
  yield `${JSON.stringify(whole).slice(0, -1)},"slices":[`;
  let separator = '';
  for (const slice of slices) {
    yield separator;
    yield* withExtents(slice);
    separator = ',';
  }
  yield ']}';
}

/** The JSON text of something with a list of extents, which come last. */
export function* withExtents({ extents, ...file }: { readonly extents: Extents }): Generator<string> {
  yield `${JSON.stringify(file).slice(0, -1)},"extents":[`;
  yield* extentParts(extents);
  yield ']}';
}

/** `[1,2,3],[4,5,6]`: the extents of a list, without its brackets. */
function* extentParts(extents: Extents): Generator<string> {
  let separator = '';
  for (const extent of extents) {
    yield `${separator}[${extent.join(',')}]`;
    separator = ',';
  }
}
