import type { Field } from './field.ts';
import type { Recipe } from './recipes.ts';

/**
 * A recipe in the format of TeamCity since 2025.03: https://www.jetbrains.com/help/teamcity/recipe-yaml-syntax.html
 * It has no requirements of agents and no empty choices, so only the command is a list.
 */
export function recipeYaml(
  { id, title, description }: Recipe,
  fields: readonly Field[],
  { script, version }: { readonly script: string; readonly version: string },
): string {
  return `# Generated from the table in packages/options/src; do not edit.
name: ${id}
title: ${JSON.stringify(title)}
version: ${JSON.stringify(version)}
description: ${JSON.stringify(description)}
inputs:
${fields.map(inputText).join('')}steps:
- name: ${JSON.stringify(title)}
  script: |
${script.replace(/^(?=.)/gm, '   ')}`;
}

/** A JSON string is a YAML string. */
function inputText({ name, value, type, label, description, choices = [] }: Field): string {
  const isList = type === 'select' && choices.every(([choice]) => choice !== '');
  const words = choices.filter(([choice]) => choice !== '').map(([choice]) => choice);
  return [
    `- ${name}:\n`,
    `    type: ${type === 'password' ? 'password' : isList ? 'select' : 'text'}\n`,
    `    label: ${JSON.stringify(label)}\n`,
    `    description: ${JSON.stringify(isList || words.length === 0 ? description : `${description} One of: ${words.join(', ')}.`)}\n`,
    '    required: false\n',
    value === '' ? '' : `    default: ${JSON.stringify(value)}\n`,
    isList ? `    options:\n${words.map((word) => `    - ${JSON.stringify(word)}\n`).join('')}` : '',
  ].join('');
}
