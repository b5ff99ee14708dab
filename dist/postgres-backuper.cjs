#!/usr/bin/env node
// In the syntax of the oldest Node.js, so that each of them can say what is missing.
'use strict';
var version = process.versions.node.split('.');
var major = Number(version[0]);
var minor = Number(version[1]);
if (major < 22 || (major === 22 && minor < 15) || (major === 23 && minor < 8)) {
  process.stderr.write('postgres-backuper needs Node.js 22.15 or newer (of 23: 23.8), and this is ' + process.version + '\n');
  process.exit(2);
}
process.umask(63); // 0077
var cache = process.env.XDG_CACHE_HOME || (process.env.HOME && process.env.HOME + '/.cache');
// compiled code halves the time to start; a folder that cannot be written costs nothing
if (cache && cache.charAt(0) === '/') require('node:module').enableCompileCache(cache + '/postgres-backuper/code');
require('./main.cjs');
