/**
 * How an 8x8 module sits on its MAX7219, as it is seen from the front: which digit drives its top row or its
 * left column. `fc16` has digit 0 at the top and segment DP at the left; the others are that one turned
 * clockwise, and mirrored left to right. `generic` (modules with a 1088AS in sockets) is it turned by 270
 * degrees, the modules of Parola mirrored, those of ICStation turned by 180 (MD_MAX72xx, "New Hardware Types").
 */
export const moduleWirings = [
  'fc16',
  'generic',
  'turned-90',
  'turned-180',
  'fc16-mirrored',
  'generic-mirrored',
  'turned-90-mirrored',
  'turned-180-mirrored',
] as const

export type ModuleWiring = (typeof moduleWirings)[number]

/** Where a dot is on a chip: which digit drives it, and which bit of that register. */
interface ChipDot {
  readonly digit: number
  readonly bit: number
}

const last = 7

/** The dot of a chip that is seen at a column and a row of its module, from the top left. */
export function chipDot(wiring: ModuleWiring, column: number, row: number): ChipDot {
  switch (wiring) {
    case 'fc16':
      return { digit: row, bit: last - column }
    case 'turned-90':
      return { digit: last - column, bit: last - row }
    case 'turned-180':
      return { digit: last - row, bit: column }
    case 'generic':
      return { digit: column, bit: row }
    case 'fc16-mirrored':
      return chipDot('fc16', last - column, row)
    case 'generic-mirrored':
      return chipDot('generic', last - column, row)
    case 'turned-90-mirrored':
      return chipDot('turned-90', last - column, row)
    case 'turned-180-mirrored':
      return chipDot('turned-180', last - column, row)
  }
}

/** Turned clockwise by so many quarters. */
const quarters = ['fc16', 'turned-90', 'turned-180', 'generic'] as const

/** How a module is wired whose figures, drawn for a wiring, are seen turned clockwise by so many quarters. */
export function turned(wiring: ModuleWiring, by: number): ModuleWiring {
  const at = quarters.findIndex((each) => wiring.startsWith(each))
  // A mirror turns the other way.
  const next = wiring.endsWith('-mirrored') ? at - by : at + by
  const name = quarters[(next + quarters.length) % quarters.length] ?? 'fc16'
  return wiring.endsWith('-mirrored') ? `${name}-mirrored` : name
}

/** The same of one whose figures are seen in a mirror. */
export function mirrored(wiring: ModuleWiring): ModuleWiring {
  const name = quarters.find((each) => wiring.startsWith(each)) ?? 'fc16'
  return wiring.endsWith('-mirrored') ? name : `${name}-mirrored`
}
