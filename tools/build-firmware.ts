import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildFirmware, compilerPath, compilerVersion, hexPath } from './firmware.ts'

const into = mkdtempSync(join(tmpdir(), 'visitor-counter-'))
copyFileSync(buildFirmware(into).hex, hexPath)
writeFileSync(compilerPath, compilerVersion())
rmSync(into, { recursive: true })
