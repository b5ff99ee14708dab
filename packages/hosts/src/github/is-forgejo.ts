/** Whether Forgejo or Gitea runs an action of GitHub. */
export function isForgejo({ FORGEJO_ACTIONS, GITEA_ACTIONS }: Readonly<Record<string, string | undefined>>): boolean {
  return FORGEJO_ACTIONS === 'true' || GITEA_ACTIONS === 'true';
}
