import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { picture } from './picture.ts'

// This file runs from build/server/web/.
writeFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'face.svg'), picture())
