import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { examples } from '../hardware/esphome/examples.ts'
import { diagram } from '../hardware/wiring/diagram.ts'
import { diagramPath, wiringDocument } from '../hardware/wiring/document.ts'
import { pairs } from '../hardware/wiring/wiring.ts'

// This file runs from build/tools/.
const root = join(import.meta.dirname, '..', '..')

mkdirSync(join(root, 'hardware', 'wiring', 'diagrams'), { recursive: true })
for (const pair of pairs) writeFileSync(join(root, diagramPath(pair)), diagram(pair))
writeFileSync(join(root, 'wiring.md'), wiringDocument())
mkdirSync(join(root, 'hardware', 'esphome', 'configurations'), { recursive: true })
for (const [path, text] of examples()) writeFileSync(join(root, path), text)
