'use strict';
// Generated from the table in packages/options/src; do not edit.
if (require('../dist/github.cjs').prepareNamed()) require('../dist/postgres-backuper.cjs');
