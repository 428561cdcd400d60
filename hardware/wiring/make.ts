import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { diagram } from './diagram.ts'
import { diagramPath, wiringDocument } from './document.ts'
import { pairs } from './wiring.ts'

// This file runs from build/hardware/wiring/.
const root = join(import.meta.dirname, '..', '..', '..')

mkdirSync(join(root, 'hardware', 'wiring', 'diagrams'), { recursive: true })
for (const pair of pairs) writeFileSync(join(root, diagramPath(pair)), diagram(pair))
writeFileSync(join(root, 'wiring.md'), wiringDocument())
