import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withTable } from './settings-table.ts'

// This file runs from build/tools/.
const readme = join(import.meta.dirname, '..', '..', 'README.md')
writeFileSync(readme, withTable(readFileSync(readme, 'utf8')))
