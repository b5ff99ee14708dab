'use strict';
// Generated from the table in packages/cli/src/options; do not edit.
require('../../dist/github.cjs').prepare('restore');
require('../../dist/postgres-backuper.cjs');
