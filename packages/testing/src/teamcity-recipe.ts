import { parse } from 'yaml';
import { parseMetaRunner, type Recipe, type RecipeParameter } from './teamcity-meta-runner.ts';

/** The keys of a recipe by JetBrains' specification, and what the value of each must be. */
const RECIPE = { name: isName, title: isText, version: isVersion, description: isText, inputs: isList, steps: isList };
const INPUT = { type: isType, label: isText, description: isText, required: isFlag, default: isText, options: isTexts };
const STEP = { name: isText, script: isText };
const TYPES = ['text', 'boolean', 'select', 'password'];

/** Reads a recipe in XML or in YAML. Throws on what TeamCity would refuse. */
export function parseRecipe(text: string): Recipe {
  return text.startsWith('<') ? parseMetaRunner(text) : parseYamlRecipe(text);
}

function parseYamlRecipe(text: string): Recipe {
  const recipe = checked('recipe', parse(text), RECIPE, ['name', 'description', 'steps']);
  const inputs = (recipe.inputs as readonly unknown[]).map(readInput);
  const steps = (recipe.steps as readonly unknown[]).map((step) => checked('step', step, STEP, ['script']));
  if (new Set(inputs.map(({ name }) => name)).size !== inputs.length) throw new Error('an input comes twice');
  if (steps.length !== 1) throw new Error('not one step');
  return { name: recipe.name as string, parameters: inputs, requirements: [], script: steps[0]?.script as string };
}

function readInput(input: unknown): RecipeParameter {
  const [[name = '', body] = [], ...others] = Object.entries(input as object);
  if (others.length > 0) throw new Error('an input has two names');
  if (name.length > 50) throw new Error(`the name ${name} is too long`);
  const { type, label, description, ...rest } = checked(name, body, INPUT, ['type']);
  const options = (rest.options ?? []) as readonly string[];
  if ((type === 'select') !== options.length > 0) throw new Error(`${name} has options, or none`);
  if (rest.default !== undefined && type === 'select' && !options.includes(rest.default as string))
    throw new Error(`${name} has a default that is no option`);
  const attributes = {
    label,
    description,
    ...Object.fromEntries(options.map((one, index) => [`data_${index + 1}`, one])),
  };
  return {
    ...{ name, type: type as string, value: (rest.default ?? '') as string },
    attributes: attributes as Readonly<Record<string, string>>,
  };
}

function checked(
  what: string,
  value: unknown,
  keys: Readonly<Record<string, (value: unknown) => boolean>>,
  needed: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new Error(`${what} is no object`);
  for (const [key, one] of Object.entries(value)) {
    if (keys[key]?.(one) !== true) throw new Error(`${what}: wrong ${key}`);
  }
  const missing = needed.filter((key) => !(key in value));
  if (missing.length > 0) throw new Error(`${what} has no ${missing.join(', ')}`);
  return value as Readonly<Record<string, unknown>>;
}

/** That of a private recipe, which may do without a namespace. */
function isName(value: unknown): boolean {
  return isText(value) && (value as string).length <= 100 && /^[a-zA-Z0-9]+([_-][a-zA-Z0-9]+)*$/.test(value as string);
}

function isVersion(value: unknown): boolean {
  return isText(value) && /^\d+(\.\d+){0,2}$/.test(value as string);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isType(value: unknown): boolean {
  return TYPES.includes(value as string);
}

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function isTexts(value: unknown): boolean {
  return isList(value) && (value as readonly unknown[]).every(isText);
}
