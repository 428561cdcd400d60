import { awtrixNg } from './awtrix-ng.ts'
import { awtrix3 } from './awtrix3.ts'
import { badgeJson } from './badge-json.ts'
import { badgeSvg } from './badge-svg.ts'
import type { Format } from './format.ts'
import { lametric } from './lametric.ts'
import { metrics } from './metrics.ts'
import { smiirl } from './smiirl.ts'

/** All of them; each is a route, and stands in the OpenAPI document. */
export const formats: readonly Format[] = [
  smiirl,
  lametric,
  awtrix3,
  awtrixNg,
  badgeJson,
  badgeSvg,
  metrics,
]
