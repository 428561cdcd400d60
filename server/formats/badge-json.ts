import * as v from 'valibot'
import { badgeColor, badgeMessage } from './badge.ts'
import { format } from './format.ts'

/**
 * The endpoint badge of shields.io, which refuses keys that it does not know (badges/shields,
 * services/endpoint-common.js). Before the first reading it says so as an error: any other status but
 * 200 would be shown as a fault of the address.
 */
export const badgeJson = format({
  path: '/badge.json',
  summary: 'shields.io endpoint badge',
  contentType: 'application/json',
  query: v.object({}),
  document: v.strictObject({
    schemaVersion: v.literal(1),
    label: v.string(),
    message: v.pipe(v.string(), v.minLength(1)),
    color: v.string(),
    isError: v.exactOptional(v.literal(true)),
    /** 300 is the least that shields.io takes. */
    cacheSeconds: v.pipe(v.number(), v.integer(), v.minValue(300)),
  }),
  render(view) {
    const reading = view.readingIfKnown
    return {
      document: {
        schemaVersion: 1,
        label: reading?.label.toLowerCase() ?? 'visitors',
        message: badgeMessage(reading),
        color: badgeColor(reading),
        ...(reading === undefined && { isError: true }),
        cacheSeconds: 300,
      },
    }
  },
})
