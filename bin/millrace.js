#!/usr/bin/env node
// Plain old JavaScript: an old Node must be able to parse this file to say what it needs.
const NODE_MAJOR_MIN = 26;

if (parseInt(process.versions.node, 10) < NODE_MAJOR_MIN) {
  console.error(
    'millrace needs Node.js ' +
      NODE_MAJOR_MIN +
      ' or newer; this is v' +
      process.versions.node +
      '. Install it, or run `npm ci` in a clone, which brings it along.',
  );
  process.exitCode = 1;
} else {
  // No member of untrusted data may reach a prototype by this name, as with --disable-proto=delete.
  delete Object.prototype.__proto__;
  // Before anything uses the pool: file syncs of many partitions and the state store share it.
  if (!(Number(process.env.UV_THREADPOOL_SIZE) >= 16)) process.env.UV_THREADPOOL_SIZE = '16';
  Promise.all([import('./compile-cache.js'), import('node:fs')])
    .then(function ([cache, fs]) {
      cache.useCompileCache();
      return fs;
    })
    // A clone has the sources, and a `dist` there may be stale; the published package has only `dist`.
    .then(function (fs) {
      const isClone = fs.existsSync(new URL('../cli/main.ts', import.meta.url));
      return isClone ? import('../cli/main.ts') : import('../dist/cli/main.js');
    })
    .then(function (cli) {
      return cli.main(process.argv.slice(2));
    })
    .then(function (exitCode) {
      process.exitCode = exitCode;
    });
}
