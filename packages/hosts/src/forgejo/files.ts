import type { HostFiles } from '../host-row.ts';

/** The actions are GitHub's. */
export const files: HostFiles = {
  readme: { host: 'Forgejo, Gitea', page: 'forgejo.md', has: { en: 'the actions of GitHub', ru: 'действия GitHub' } },
};
