import type { Point } from './svg.ts'

/** A place where a wire can begin, at the left or right edge of the board. */
export interface Slot {
  readonly side: 'left' | 'right'
  readonly y: number
}

/** A wire to be laid: from one of several pins of the same name to a height at the right. */
export interface Net {
  readonly from: readonly Slot[]
  readonly to: Point
}

/** Where wires may run: around the board and in the channel to the right of it. */
export interface Area {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  /** Distance between wires that run side by side. */
  readonly gap: number
}

/** Wires that are laid, in the order of the nets, and how bad they look. */
export interface Routes {
  readonly paths: readonly (readonly Point[])[]
  readonly cost: number
}

type Start = Slot & { readonly over: 'top' | 'bottom' | 'straight' }

// What the eye dislikes, against a pixel of length; a wire on another is an error, not a blemish.
const OVERLAP = 1e6
const CROSSING = 250
const AROUND = 150

/** The tidiest of all ways to lay the wires; there are few enough to try each. */
export function route(nets: readonly Net[], area: Area): Routes {
  let best: Routes = { paths: [], cost: Number.POSITIVE_INFINITY }
  const orders = permutations(nets.map((_, index) => index))
  for (const starts of choices(nets.map(startsOf))) {
    const around = AROUND * starts.filter(({ side }) => side === 'left').length
    for (const tracks of orders) {
      const paths = lay(nets, starts, tracks, area)
      const cost = around + costOf(paths, best.cost - around)
      if (cost < best.cost) best = { paths, cost }
    }
  }
  return best
}

function startsOf({ from }: Net): Start[] {
  return from.flatMap((slot): Start[] =>
    slot.side === 'right'
      ? [{ ...slot, over: 'straight' }]
      : [
          { ...slot, over: 'top' },
          { ...slot, over: 'bottom' },
        ],
  )
}

function lay(
  nets: readonly Net[],
  starts: readonly Start[],
  tracks: readonly number[],
  { left, right, top, bottom, gap }: Area,
): Point[][] {
  return nets.map(({ to }, index) => {
    const start = starts[index] ?? { side: 'right', y: to.y, over: 'straight' }
    const x = right + gap * (1 + (tracks[index] ?? 0))
    const end = [{ x, y: to.y }, to]
    if (start.over === 'straight') {
      return [{ x: right, y: start.y }, { x, y: start.y }, ...end]
    }
    // Nested like this, wires that go around the same way do not cross: the pin nearest to the corner
    // takes the inmost lane.
    const nearer = starts.filter(
      ({ over, y }) => over === start.over && (over === 'top' ? y < start.y : y > start.y),
    ).length
    const out = gap * (1 + nearer)
    const y = start.over === 'top' ? top - out : bottom + out
    return [
      { x: left, y: start.y },
      { x: left - out, y: start.y },
      { x: left - out, y },
      { x, y },
      ...end,
    ]
  })
}

interface Segment {
  readonly a: Point
  readonly b: Point
}

/** Gives up, with a cost above the limit, as soon as it passes it. */
function costOf(paths: readonly (readonly Point[])[], limit: number): number {
  const done: Segment[] = []
  let cost = 0
  for (const path of paths) {
    const segments = segmentsOf(path)
    for (const segment of segments) {
      cost += lengthOf(segment)
      for (const other of done) cost += meeting(segment, other)
      if (cost > limit) return cost
    }
    done.push(...segments)
  }
  return cost
}

function segmentsOf(path: readonly Point[]): Segment[] {
  return path.flatMap((b, index) => {
    const a = path[index - 1]
    return a === undefined ? [] : [{ a, b }]
  })
}

function lengthOf({ a, b }: Segment): number {
  return Math.abs(b.x - a.x) + Math.abs(b.y - a.y)
}

/** Wires closer than this look like one. */
const NEAR = 4

function meeting(one: Segment, other: Segment): number {
  const apartX = apart(one.a.x, one.b.x, other.a.x, other.b.x)
  if (apartX > NEAR) return 0
  const apartY = apart(one.a.y, one.b.y, other.a.y, other.b.y)
  if (apartY > NEAR) return 0
  const across = (one.a.x === one.b.x) !== (other.a.x === other.b.x)
  return across && apartX <= 0 && apartY <= 0 ? CROSSING : OVERLAP
}

/** How far two stretches are apart; negative where they overlap. */
function apart(a1: number, b1: number, a2: number, b2: number): number {
  return Math.max(Math.min(a1, b1) - Math.max(a2, b2), Math.min(a2, b2) - Math.max(a1, b1))
}

function choices<Item>(options: readonly (readonly Item[])[]): Item[][] {
  const [first, ...rest] = options
  if (first === undefined) return [[]]
  return first.flatMap((item) => choices(rest).map((others) => [item, ...others]))
}

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((others) => [item, ...others]),
  )
}
