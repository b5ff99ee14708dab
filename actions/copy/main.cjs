'use strict';
// Generated from the table in packages/options/src; do not edit.
require('../../dist/github.cjs').prepare('copy');
require('../../dist/postgres-backuper.cjs');
