import { parentPort } from 'node:worker_threads';
import { writeMessage } from '@postgres-backuper/openpgp/integrity-packet';
import { serveSeals } from '@postgres-backuper/repository/seal-thread';

// A program of its own: what a seal thread loads is small.
serveSeals(parentPort, writeMessage);
