import { parentPort } from 'node:worker_threads';
import { openIntegrityPacket } from '@postgres-backuper/openpgp/integrity-packet';
import { serveOpens } from '@postgres-backuper/repository/open-thread';

// A program of its own: what an open thread loads is small.
serveOpens(parentPort, openIntegrityPacket);
