/** A repository's location, which for people also names the S3 server, as the options `--repository` and `--s3-endpoint` take it. */
export function placeOf(location: string): { readonly repository: string; readonly endpoint?: string } {
  const [, repository, endpoint] = location.match(/^(s3:\/\/.*) at (https?:\/\/\S+)$/s) ?? [];
  return repository === undefined || endpoint === undefined ? { repository: location } : { repository, endpoint };
}
