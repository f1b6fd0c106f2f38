// Lays a gzip and a brotli form beside each built file and holds the sum against the limit.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const kLimit = 250 * 1024;
const out = process.env.CONEY_WEB_OUT ?? new URL('../../../build/web', import.meta.url).pathname;

function* files(directory) {
  for (const name of readdirSync(directory).sort()) {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (!/\.(gz|br)$/.test(name)) yield path;
  }
}

let total = 0;
for (const path of files(out)) {
  const plain = readFileSync(path);
  const gzip = gzipSync(plain, { level: 9 });
  const brotli = brotliCompressSync(plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
  });
  writeFileSync(`${path}.gz`, gzip);
  writeFileSync(`${path}.br`, brotli);
  total += gzip.length;
  console.log(`${path.slice(out.length + 1)}: ${plain.length} B, gzip ${gzip.length}, brotli ${brotli.length}`);
}
console.log(`in all: gzip ${total} B of ${kLimit}`);
if (total > kLimit) {
  console.error('the dashboard is too large');
  process.exit(1);
}
