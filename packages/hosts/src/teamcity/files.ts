import { ALL_OPTIONS, type Option, type OptionName, VERSION } from '@postgres-backuper/options';
import type { HostFiles } from '../host-row.ts';
import { type BundleArchive, packBundle } from './bundle-archive.ts';
import { fieldsOf, RECIPES, type Recipe } from './recipes.ts';
import { recipeScript } from './script.ts';
import { recipeXml } from './xml.ts';
import { recipeYaml } from './yaml.ts';

export const META_RUNNER_PATH = 'teamcity-meta-runner/PostgresBackuper.xml';

/** Every recipe in its formats: the options as the fields of a form, and the whole program in its script. */
export function metaRunnerFiles(
  archive: BundleArchive,
  options: readonly (readonly [OptionName, Option])[] = ALL_OPTIONS,
): Readonly<Record<string, string>> {
  const files = RECIPES.flatMap((recipe) =>
    recipe.formats.map((format) => [
      `teamcity-meta-runner/${recipe.id}.${format}`,
      recipeFile(recipe, format, { archive, options }),
    ]),
  );
  return Object.fromEntries(files);
}

function recipeFile(
  recipe: Recipe,
  format: 'xml' | 'yml',
  { archive, options }: { archive: BundleArchive; options: readonly (readonly [OptionName, Option])[] },
): string {
  const fields = fieldsOf(recipe, options);
  const program = { script: recipeScript(archive, recipe.commands), version: archive.version };
  return format === 'xml' ? recipeXml(recipe, fields, program) : recipeYaml(recipe, fields, program);
}

export const files: HostFiles = {
  readme: { host: 'TeamCity', page: 'teamcity.md', has: { en: 'one file to upload', ru: 'один файл для загрузки' } },
  ofProgram: async (dist, options) => metaRunnerFiles(await packBundle(dist, VERSION), options),
};
