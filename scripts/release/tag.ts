interface Tagged {
  /** Undefined: a trial, before there is one. */
  readonly tag: string | undefined;
  readonly version: string;
  /** The changesets that are in no entry of the changelog yet, as paths. */
  readonly changes: readonly string[];
}

/** Why a tag cannot be released, one sentence each; a trial may be made at any time. */
export function tagProblems({ tag, version, changes }: Tagged): readonly string[] {
  if (tag === undefined) return [];
  return [
    ...(tag === `v${version}` ? [] : [`the tag is ${tag}, but the version is ${version}`]),
    ...changes.map((path) => `${path} is not in the changelog: run 'pnpm release:version'`),
  ];
}
