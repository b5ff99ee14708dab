import { ALL_OPTIONS, inputName, type OptionName, VERSION } from '@postgres-backuper/options';
import { accessTo, type Start, type StartRequest } from '../start.ts';
import { packBundle } from './bundle-archive.ts';
import { fieldsOf, RECIPES, type Recipe } from './recipes.ts';
import { recipeScript } from './script.ts';
import { recipeXml } from './xml.ts';

const FILE = '.teamcity/postgresbackup/PostgresBackup.kt';
const PARAMETERS = 'Project settings → Parameters → Add';
const [RECIPE] = RECIPES as readonly [Recipe];
/** Where TeamCity looks for recipes of a project with versioned settings. */
const RECIPE_FILE = `.teamcity/pluginData/_Self/metaRunners/${RECIPE.id}.xml`;

/** A field of the step, and the parameter that a person gives the project for it. */
interface StepField {
  readonly option: OptionName;
  /** Of the field; a reference to the parameter where there is one. */
  readonly value: string;
  readonly parameter?: { readonly name: string; readonly secret: boolean; readonly what: string };
}

/** A build configuration in Kotlin, and the recipe with the program inside. */
export async function teamcityStart(request: StartRequest): Promise<Start> {
  const archive = await packBundle(request.program, VERSION);
  const script = recipeScript(archive, RECIPE.commands);
  const recipe = recipeXml(RECIPE, fieldsOf(RECIPE, ALL_OPTIONS), { script, version: VERSION });
  const fields = fieldsOfStep(request);
  return {
    files: { [FILE]: firstBuild(fields), [RECIPE_FILE]: recipe },
    settings: fields.flatMap(({ parameter }) => {
      if (parameter === undefined) return [];
      const { name, secret, what } = parameter;
      return [{ name, secret, how: `${PARAMETERS}${secret ? ', type password' : ''}, ${name}: ${what}` }];
    }),
    next: [
      'where .teamcity/settings.kts is missing: Project settings → Versioned Settings, format Kotlin; TeamCity commits it',
      'in .teamcity/settings.kts: import postgresbackup.*, and buildType(PostgresBackup) below project {',
      "git add .teamcity && git commit -m 'Back up PostgreSQL' && git push",
      'PostgreSQL backup → Run; in a parameter, and so in a password, write %% for %',
    ],
  };
}

function fieldsOfStep(request: StartRequest): readonly StepField[] {
  const access = accessTo(request).map(({ option, secret, value }): StepField => {
    const isKnown = option === 'repository' || option === 's3Endpoint';
    return isKnown ? { option, value: percent(value) } : asked(option, { secret, what: value });
  });
  return [
    asked('host', { secret: false, what: 'the address of the PostgreSQL server' }),
    { option: 'port', value: '5432' },
    { option: 'dbname', value: percent(request.database) },
    asked('user', { secret: false, what: 'the role that makes the backups' }),
    asked('password', { secret: true, what: 'its password' }),
    { option: 'installClient', value: 'true' },
    ...access,
    asked('publicKey', { secret: false, what: `what base64 -w0 ${request.publicKeyFile} prints` }),
  ];
}

function asked(option: OptionName, { secret, what }: { readonly secret: boolean; readonly what: string }): StepField {
  const name = `backup.${option}`;
  return { option, value: `%${name}%`, parameter: { name, secret, what } };
}

function firstBuild(fields: readonly StepField[]): string {
  const lines = fields.map(({ option, value }) => `            ${parameter(`env.${inputName(option)}`, value)}\n`);
  return `package postgresbackup

import jetbrains.buildServer.configs.kotlin.*
import jetbrains.buildServer.configs.kotlin.triggers.schedule

// One database, every night and by hand: the start.
object PostgresBackup : BuildType({
    name = "PostgreSQL backup"
    maxRunningBuilds = 1
    steps {
        step {
            name = "Back up"
            type = "${RECIPE.id}"
            ${parameter('env.POSTGRES_BACKUPER_COMMAND', 'backup')}
${lines.join('')}        }
    }
    triggers {
        schedule {
            schedulingPolicy = daily {
                hour = 2
                minute = 17
                timezone = "UTC"
            }
            triggerBuild = always()
            // without this there is no backup in a night without commits
            withPendingChangesOnly = false
        }
    }
})
`;
}

/** In a value of a parameter % begins a reference. */
function percent(text: string): string {
  return text.replaceAll('%', '%%');
}

function parameter(name: string, value: string): string {
  return `param("${name}", ${JSON.stringify(value).replaceAll('$', '\\$')})`;
}
