import { readFile } from 'node:fs/promises'
import { defineConfig } from 'rolldown'
import { thirdParty } from './tools/third-party.ts'

/**
 * What libraries load at once and never use here: Node's console, which johnny-five is told to leave off
 * (3 MB of memory), and the threads of pino, whose log goes out by itself (0.5 MB).
 */
const unused = new Set(['repl', 'thread-stream'])
const withoutUnused = {
  name: 'without-unused',
  resolveId: (id: string) => (unused.has(id) ? '\0unused' : null),
  load: (id: string) => (id === '\0unused' ? 'export default {}' : null),
}

/** The style of the page and of its chart as one file. */
const pageStyle = {
  name: 'page-style',
  async buildStart(this: { emitFile(file: object): string }) {
    const files = ['node_modules/uplot/dist/uPlot.min.css', 'server/web/client/page.css']
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
    this.emitFile({ type: 'asset', fileName: 'page.css', source: texts.join('\n') })
  },
}

// One bundle instead of node_modules: it starts faster, needs less memory on a small machine, and
// keeps johnny-five's optional serialport 8 (compiled on install) out of what users install.
const program = defineConfig({
  input: { 'visitor-counter': 'cli/main.ts' },
  platform: 'node',
  plugins: [withoutUnused, thirdParty('THIRD-PARTY.txt')],
  // What carries a .wasm or .node file beside its code, which a bundle would lose.
  external: ['node-sqlite3-wasm', 'serialport'],
  output: {
    dir: 'dist',
    format: 'esm',
    cleanDir: true,
    // The text of the program stays in memory for as long as it runs.
    minify: true,
    // What every command loads, as one file: each file more takes a millisecond of the start. The entry
    // stays apart, because it waits for files that import the others.
    codeSplitting: {
      groups: [{ name: 'core', tags: ['$initial'], test: (id) => !id.endsWith('/cli/main.ts') }],
    },
    banner: (chunk) => (chunk.isEntry ? '#!/usr/bin/env node' : ''),
  },
})

// What the page of the bridge loads: the script, and the style beside it.
const page = defineConfig({
  input: { page: 'server/web/client/main.ts' },
  platform: 'browser',
  plugins: [pageStyle, thirdParty('THIRD-PARTY.txt')],
  output: { dir: 'dist/web', format: 'esm', minify: true },
})

// What a page of another site loads: one plain script, so that it knows where it stands, without a global.
const embed = defineConfig({
  input: { embed: 'server/web/client/embed.ts' },
  platform: 'browser',
  output: { dir: 'dist/web', format: 'iife', minify: true },
})

export default [program, page, embed]
