import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import type { Words } from './words.ts'

/** The languages that the page speaks. Key: as in BCP 47, `de`. */
export const languages: Readonly<Record<string, Words>> = { en, de, fr, es }
