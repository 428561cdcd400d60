/** What a display shows: digits of 7 or of 14 segments, or dots. */
export type Appearance = SegmentAppearance | Segment14Appearance | DotAppearance

type Lit = {
  /** False when the chip is shut down or has no power. */
  on: boolean
  /** The step as the chip counts it: 0 to 15, of a TM1637 0 to 7. */
  intensity: number
}

export type SegmentAppearance = Lit & {
  /** One byte a digit, leftmost first; bits 7..0 are DP A B C D E F G. */
  segments: number[]
  /** Of a display that has a colon. */
  colon?: boolean
}

export type Segment14Appearance = Lit & {
  /** Bits 14..0 of a digit, leftmost first, are DP N M L K J H G2 G1 F E D C B A. */
  segments14: number[]
}

export type DotAppearance = Lit & {
  /** One byte a column of 8 dots, leftmost first; bit 0 is the top row. */
  columns: number[]
}

/** Displays of one kind side by side as one, the leftmost first: lit if one of them is, and as bright as that. */
export function joinDisplays(displays: readonly SegmentAppearance[]): SegmentAppearance
export function joinDisplays(displays: readonly DotAppearance[]): DotAppearance
export function joinDisplays(displays: readonly Appearance[]): Appearance
export function joinDisplays(displays: readonly Appearance[]): Appearance {
  const lit = displays.filter(({ on }) => on)
  const on = lit.length > 0
  const intensity = Math.max(0, ...lit.map((display) => display.intensity))
  const columns = displays.flatMap((display) => ('columns' in display ? display.columns : []))
  if (columns.length > 0) return { columns, on, intensity }
  const segments14 = displays.flatMap((display) =>
    'segments14' in display ? display.segments14 : [],
  )
  if (segments14.length > 0) return { segments14, on, intensity }
  const segments = displays.flatMap((display) => ('segments' in display ? display.segments : []))
  return { segments, on, intensity }
}
