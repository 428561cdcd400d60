import { defineConfig } from 'rolldown'

// One bundle instead of node_modules: it starts faster, needs less memory on a small machine, and
// keeps johnny-five's optional serialport 8 (compiled on install) out of what users install.
export default defineConfig({
  input: { 'visitor-counter': 'cli/main.ts' },
  platform: 'node',
  // Carries a .wasm file beside its code, which a bundle would lose.
  external: ['node-sqlite3-wasm'],
  output: {
    dir: 'dist',
    format: 'esm',
    cleanDir: true,
    sourcemap: false,
    minify: false,
    banner: (chunk) => (chunk.isEntry ? '#!/usr/bin/env node' : ''),
  },
})
