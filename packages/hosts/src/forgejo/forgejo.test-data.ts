import { actionOn } from '../github/github.test-data.ts';
import type { HostTestData } from '../host.test-data.ts';

export const data: HostTestData = {
  found: [
    [{ GITHUB_ACTIONS: 'true', GITEA_ACTIONS: 'true' }, 'forgejo'],
    [{ GITHUB_ACTIONS: 'true', FORGEJO_ACTIONS: 'true' }, 'forgejo'],
  ],
  lost: [[{ GITHUB_WORKSPACE: '/w/shop' }, '/w/shop', /removes/]],
  jobs: [
    [
      {
        GITHUB_SERVER_URL: 'https://h.example',
        GITHUB_REPOSITORY: 'o/r',
        GITHUB_RUN_ID: '77',
        GITHUB_RUN_NUMBER: '5',
        GITHUB_RUN_ATTEMPT: '2',
      },
      'https://h.example/o/r/actions/runs/5',
    ],
    [{}, undefined],
  ],
  surfaces: { 'action on Forgejo': actionOn('forgejo') },
  optionFiles: [],
  rawNames: {},
};
