import type { AnySettings, Resolved } from '@postgres-backuper/options';

/** An address that can stand in Markdown as it is, without login. */
const ADDRESS = /^https?:\/\/[\w.:-]+(\/[\w.~%!$&*+,;=:@/?#-]*)?$/;

/** Where the page of all backups is published; undefined: not said, or not in a way that a summary can hold. */
export function reportPage({ reportUrl }: { readonly reportUrl?: string | undefined }): string | undefined {
  return reportUrl !== undefined && ADDRESS.test(reportUrl) ? reportUrl : undefined;
}

export function reportPageProblems({ settings, sources }: Resolved): readonly string[] {
  const { reportUrl }: AnySettings = settings;
  if (reportUrl === undefined || reportPage({ reportUrl }) !== undefined) return [];
  return [`${sources.get('reportUrl') ?? ''} is no address of the form https://HOST/PATH, without login and blanks`];
}
