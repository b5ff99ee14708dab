import type { ResultKind, ResultKinds } from '../results.ts';
import { OF_BACKUP } from './backup-fields.ts';
import { OF_CAT, OF_DIFF, OF_SHOW } from './contents-fields.ts';
import type { Described } from './described.ts';
import { OF_COPY, OF_LIST, OF_LISTED_FILES, OF_LOG, OF_PIN, OF_REKEY } from './list-fields.ts';
import {
  OF_CHECK,
  OF_INIT,
  OF_KEYGEN,
  OF_NOTIFY,
  OF_SETUP_BUCKET,
  OF_SETUP_CLIENT,
  OF_SETUP_ROLE,
} from './machine-fields.ts';
import { OF_PRUNE, OF_REPORT, OF_STATUS } from './repository-fields.ts';
import {
  OF_EXPORT,
  OF_PLANNED_RESTORE,
  OF_PREVIEW,
  OF_RESTORE,
  OF_RESTORED_FILE,
  OF_RESTORED_GLOBALS,
  OF_RESTORED_PART,
  OF_UNDO_SWAP,
} from './restore-fields.ts';
import { OF_VERIFY } from './verify-fields.ts';

/**
 * Where each field of each result is shown. A new field does not compile until its places are listed; a test compares them
 * with what each place reads.
 */
export const RESULT_FIELDS: { readonly [Kind in ResultKind]: Described<ResultKinds[Kind]> } = {
  backup: OF_BACKUP,
  restore: OF_RESTORE,
  'restored part': OF_RESTORED_PART,
  'planned restore': OF_PLANNED_RESTORE,
  'previewed backup': OF_PREVIEW,
  'restored file': OF_RESTORED_FILE,
  'restored globals': OF_RESTORED_GLOBALS,
  'undo-swap': OF_UNDO_SWAP,
  list: OF_LIST,
  'listed files': OF_LISTED_FILES,
  verify: OF_VERIFY,
  prune: OF_PRUNE,
  pin: OF_PIN,
  check: OF_CHECK,
  status: OF_STATUS,
  log: OF_LOG,
  report: OF_REPORT,
  keygen: OF_KEYGEN,
  init: OF_INIT,
  rekey: OF_REKEY,
  copy: OF_COPY,
  export: OF_EXPORT,
  show: OF_SHOW,
  diff: OF_DIFF,
  cat: OF_CAT,
  notify: OF_NOTIFY,
  'setup-client': OF_SETUP_CLIENT,
  'setup-role': OF_SETUP_ROLE,
  'setup-bucket': OF_SETUP_BUCKET,
};
