import { BackuperError, say } from '@postgres-backuper/base';
import { refused } from '../lexer/refused.ts';
import type { Judgement } from './judgement.ts';
import type { Notable, Survey } from './script-survey.ts';

/** The wanted part of a file. */
export type Wanted =
  /** The objects and data of one database; for a file of pg_dumpall its name is required. */
  | { readonly kind: 'database'; readonly name: string | undefined }
  /** Roles, memberships and tablespaces in a file of pg_dumpall. */
  | { readonly kind: 'globals' };

export type Verdict = 'run' | 'leave-out' | 'skip' | 'refuse';

/** Decides on a statement with this judgement in this place: `leave-out` is reported, `skip` is not. */
export type Choice = (judgement: Judgement | { readonly kind: 'connect' }, database: string | undefined) => Verdict;

/**
 * Decides for a whole file, so that a second reading gives the same result. Errors: object-altered (incomplete),
 * configuration-invalid (no database is chosen, or a missing one), script-refused.
 */
export function chooseOf(survey: Survey, wanted: Wanted, source: string): Choice {
  if (!survey.isComplete) throw incomplete(source);
  const choice = choiceOf(survey, wanted, source);
  for (const { judgement, line, database } of survey.notable) {
    if (choice(judgement, database) === 'refuse') throw refused(judgement.what, line);
  }
  return choice;
}

function choiceOf(survey: Survey, wanted: Wanted, source: string): Choice {
  if (wanted.kind === 'globals') {
    if (!survey.isCluster)
      throw invalid(
        `'${source}' is not a file of pg_dumpall: it holds no roles`,
        `leave out ${say.option('fileGlobals')}`,
      );
    return chooseGlobals;
  }
  if (survey.isCluster) return chooseOne(survey, wanted.name, source);
  const own = ownName(survey);
  if (wanted.name !== undefined && wanted.name !== own)
    throw notThere({ source, wanted: wanted.name, has: own === undefined ? [] : [own] });
  return (judgement) => chooseSingle(judgement, own);
}

/** The database that `pg_dump --create` wrote into its file. */
export function ownName({ created, notable }: Survey): string | undefined {
  const connected = new Set(notable.filter(isConnect).map(({ database }) => database));
  const [name, ...others] = created;
  return others.length === 0 && connected.size === 1 && name !== undefined && connected.has(name) ? name : undefined;
}

function isConnect({ judgement }: Notable): boolean {
  return judgement.kind === 'connect';
}

function chooseSingle(judgement: Parameters<Choice>[0], own: string | undefined): Verdict {
  switch (judgement.kind) {
    case 'run':
    case 'setting':
      return 'run';
    case 'connect':
      return own === undefined ? 'refuse' : 'skip';
    case 'database':
      // until version 10 pg_dump wrote the comment without --create too
      return judgement.action === 'comment' || judgement.name === own ? 'leave-out' : 'refuse';
    case 'global':
    case 'refused':
      return 'refuse';
  }
}

function chooseOne(survey: Survey, name: string | undefined, source: string): Choice {
  const { databases } = survey;
  if (name === undefined || !databases.includes(name)) throw notThere({ source, wanted: name, has: databases });
  return (judgement, database) => {
    if (judgement.kind === 'connect') return 'skip';
    if (database === undefined) return choosePrologue(judgement);
    if (database !== name) return 'skip';
    return chooseSingle(judgement, name);
  };
}

/** Before a database's own part: only its settings are wanted, the rest is about the cluster. */
function choosePrologue({ kind }: Parameters<Choice>[0]): Verdict {
  if (kind === 'refused') return 'refuse';
  return kind === 'setting' ? 'run' : 'skip';
}

function chooseGlobals(judgement: Parameters<Choice>[0], database: string | undefined): Verdict {
  if (database !== undefined) return 'skip';
  if (judgement.kind === 'setting') return 'run';
  if (judgement.kind === 'global') return judgement.action === 'drop' ? 'leave-out' : 'run';
  return judgement.kind === 'refused' ? 'refuse' : 'skip';
}

function notThere({
  source,
  wanted,
  has,
}: {
  readonly source: string;
  readonly wanted: string | undefined;
  readonly has: readonly string[];
}): BackuperError {
  const names = has.map((name) => `'${name}'`).join(', ');
  if (wanted !== undefined && has.length === 0)
    return invalid(`'${source}' does not hold the name of its database`, `leave out ${say.option('fileDatabase')}`);
  const problem =
    wanted === undefined
      ? `'${source}' is a file of pg_dumpall with ${has.length === 0 ? 'no database' : `the databases ${names}`}`
      : `'${source}' holds no database '${wanted}', but ${names}`;
  return invalid(
    problem,
    has.length === 0
      ? `load its roles and tablespaces with ${say.option('fileGlobals')}`
      : `choose one with ${say.option('fileDatabase')}; its roles come with ${say.option('fileGlobals')}, in a separate run`,
  );
}

function invalid(problem: string, hint: string): BackuperError {
  return new BackuperError('configuration-invalid', problem, { hint });
}

function incomplete(source: string): BackuperError {
  return new BackuperError('object-altered', `'${source}' is incomplete: the last line of a dump is missing`, {
    hint: 'the dump failed or was cut when it was made: use an older one',
  });
}
