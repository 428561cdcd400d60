import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { picture } from '../server/web/picture.ts'

// This file runs from build/tools/.
writeFileSync(join(import.meta.dirname, '..', '..', 'docs', 'face.svg'), picture())
