/** Where a repository is, as the options give it. */
export interface Place {
  /** As `--repository`. */
  readonly repository: string;
  /** As `--s3-endpoint`: the URL of an S3 server; unset for Amazon S3. */
  readonly endpoint?: string | undefined;
}

/** The location of a repository in texts and results: as given, or `s3://bucket/path at https://host:port`. */
export function locationOf({ repository, endpoint }: Place): string {
  return endpoint === undefined ? repository : `${repository} at ${endpoint}`;
}

/** The inverse of `locationOf`. */
export function placeOf(location: string): Place {
  const [, repository, endpoint] = location.match(/^(s3:\/\/.*) at (https?:\/\/\S+)$/s) ?? [];
  return repository === undefined || endpoint === undefined ? { repository: location } : { repository, endpoint };
}
