import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withTable } from './settings-table.ts'

// This file runs from build/tools/.
const page = join(import.meta.dirname, '..', '..', 'docs', 'settings.md')
writeFileSync(page, withTable(readFileSync(page, 'utf8')))
