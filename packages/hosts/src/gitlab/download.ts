/**
 * Run by `node -e` with the address of a folder, the folder to fill and `NAME=SHA256` of each file. It writes no file
 * that has another sum. It holds no single quote: in the shell script it is between two. Status 75: the server or the
 * network failed; 2: an argument is wrong.
 */
export const DOWNLOAD = `
const fs = require("fs"), path = require("path"), { createHash } = require("crypto");
const [base, folder, ...files] = process.argv.slice(1);
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const stop = (status, text) => { console.log("postgres-backuper: " + text); process.exit(status); };
const load = async (name, pin) => {
  const file = path.join(folder, name), url = base.replace(/\\/+$/, "") + "/" + name;
  if (fs.existsSync(file) && sha256(fs.readFileSync(file)) === pin) return;
  const answer = await fetch(url, { signal: AbortSignal.timeout(600000) });
  if (answer.status >= 500 || answer.status === 429) throw new Error("HTTP " + answer.status);
  if (!answer.ok) stop(2, "cannot load " + url + ": HTTP " + answer.status + "; let the input bundle-url name a folder that this job can read");
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (sha256(bytes) !== pin) stop(2, url + " is not the file of this version: its SHA-256 differs; let the input bundle-url name the same version");
  fs.writeFileSync(file, bytes);
};
if (typeof fetch === "undefined") stop(2, "Node.js " + process.version + " is too old: use 22.15 or newer");
fs.mkdirSync(folder, { recursive: true });
(async () => { for (const one of files) await load(...one.split("=")); })()
  .catch((error) => stop(75, "cannot load from " + base + ": " + (error.cause?.message ?? error.message)));`.trim();
