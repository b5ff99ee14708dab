import { basename } from 'node:path';
import type { Context } from '@postgres-backuper/base';
import type { Server } from '@postgres-backuper/postgres';
import type { ScriptPart } from '../lexer/script-part.ts';
import { type FileDigest, fileDigest } from './file-digest.ts';
import { type ReadScript, readParts, surveyScript } from './read-script.ts';
import { createMeter, openScriptSource, type ScriptRequest } from './script-source.ts';

/** A script of SQL that is read twice: whole, before anything of it runs, and while it runs. */
export interface Script {
  /** Reads it to its end. Errors: object-altered, script-refused, those of the file and of pg_restore. */
  survey(): Promise<ReadScript>;
  /** Its parts, from the beginning. Errors: the same. */
  parts(): AsyncGenerator<readonly ScriptPart[]>;
  /** Bytes of the last reading. */
  bytes(): number;
  /** Of the file itself, as it is stored. Errors: those of the file. */
  digest(): Promise<FileDigest>;
}

/** Opens a dump, plain or packed, or an archive of pg_dump. Errors: those of openScriptSource. */
export async function openScript(request: ScriptRequest, server: Server, context: Context): Promise<Script> {
  const source = await openScriptSource(request, server, context);
  const meter = createMeter(context);
  const name = request.source;
  return {
    survey() {
      const text = `reading the whole of '${basename(name)}' before anything runs`;
      context.emit({ type: 'phase', phase: 'check', text });
      return surveyScript(meter.read(source), name);
    },
    parts: () => readParts(meter.read(source), name),
    bytes: meter.bytes,
    digest: () => fileDigest(source.file),
  };
}
