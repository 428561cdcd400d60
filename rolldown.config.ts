import { defineConfig } from 'rolldown'
import { thirdParty } from './third-party.ts'

/** johnny-five loads Node's console, which is always switched off here: 3 MB of memory. */
const noConsole = {
  name: 'no-console',
  resolveId: (id: string) => (id === 'repl' ? '\0no-console' : null),
  load: (id: string) => (id === '\0no-console' ? 'export default {}' : null),
}

// One bundle instead of node_modules: it starts faster, needs less memory on a small machine, and
// keeps johnny-five's optional serialport 8 (compiled on install) out of what users install.
export default defineConfig({
  input: { 'visitor-counter': 'cli/main.ts' },
  platform: 'node',
  plugins: [noConsole, thirdParty('THIRD-PARTY.txt')],
  // What carries a .wasm or .node file beside its code, which a bundle would lose.
  external: ['node-sqlite3-wasm', 'serialport'],
  output: {
    dir: 'dist',
    format: 'esm',
    cleanDir: true,
    // The text of the program stays in memory for as long as it runs.
    minify: true,
    banner: (chunk) => (chunk.isEntry ? '#!/usr/bin/env node' : ''),
  },
})
