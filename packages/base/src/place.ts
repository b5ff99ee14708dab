/** Where a repository lies, as options take it. */
export interface Place {
  /** As `--repository`. */
  readonly repository: string;
  /** As `--s3-endpoint`: the URL of an S3 server, except Amazon's own. */
  readonly endpoint?: string | undefined;
}

/** The location of a repository as texts and results show it: one word, or `s3://bucket/path at https://host:port`. */
export function locationOf({ repository, endpoint }: Place): string {
  return endpoint === undefined ? repository : `${repository} at ${endpoint}`;
}

/** The place of which `locationOf` made a location. */
export function placeOf(location: string): Place {
  const [, repository, endpoint] = location.match(/^(s3:\/\/.*) at (https?:\/\/\S+)$/s) ?? [];
  return repository === undefined || endpoint === undefined ? { repository: location } : { repository, endpoint };
}
