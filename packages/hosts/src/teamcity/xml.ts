import type { Field } from './field.ts';
import type { Recipe } from './recipes.ts';

/** A recipe in the format for every version of TeamCity. It runs on Linux agents only. */
export function recipeXml(
  { id, title, description }: Recipe,
  fields: readonly Field[],
  { script, version }: { readonly script: string; readonly version: string },
): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- Generated from the table in packages/options/src; do not edit. -->
<meta-runner name="${xml(title)}">
  <description>${xml(`${description} (postgres-backuper ${version})`)}</description>
  <settings>
    <parameters>
${fields.map(fieldText).join('\n')}
    </parameters>
    <build-runners>
      <runner name="${xml(title)}" type="simpleRunner">
        <parameters>
          <param name="script.content"><![CDATA[${script}]]></param>
          <param name="teamcity.step.mode" value="default" />
          <param name="use.custom.script" value="true" />
        </parameters>
      </runner>
    </build-runners>
    <requirements>
      <contains id="${xml(id)}_Linux" name="teamcity.agent.jvm.os.name" value="Linux" />
    </requirements>
  </settings>
</meta-runner>
`;
}

function fieldText({ name, value, type, ...words }: Field): string {
  const attributes = { ...attributesOf({ type, ...words }), display: 'normal' };
  const spec = Object.entries(attributes).map(([key, text]) => `${key}='${specText(text)}'`);
  return `      <param name="${xml(name)}" value="${xml(value)}" spec="${xml([type, ...spec].join(' '))}" />`;
}

function attributesOf({ type, label, description, choices = [] }: Omit<Field, 'name' | 'value'>) {
  const listed = choices.flatMap(([value, text], index) => [
    [`data_${index + 1}`, value],
    [`label_${index + 1}`, text],
  ]);
  return {
    label,
    description,
    ...(type === 'checkbox' ? { checkedValue: 'true' } : {}),
    ...(Object.fromEntries(listed) as Readonly<Record<string, string>>),
  };
}

/** Escaped as in service messages. */
function specText(text: string): string {
  return text.replace(/['|[\]]/g, '|$&');
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
