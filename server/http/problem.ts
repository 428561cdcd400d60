import type { ContentfulStatusCode } from 'hono/utils/http-status'
import * as v from 'valibot'

/** The body of `application/problem+json`. */
export const ProblemDocument = v.strictObject({
  type: v.literal('about:blank'),
  title: v.string(),
  status: v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599)),
  detail: v.string(),
  allowed: v.exactOptional(v.array(v.string())),
})
export type ProblemDocument = v.InferOutput<typeof ProblemDocument>

/** A refusal that explains itself to the caller: RFC 9457, or one plain line for `/count`. */
export class Problem extends Error {
  override name = 'Problem'
  readonly status: ContentfulStatusCode
  readonly title: string
  readonly headers: Record<string, string>
  readonly allowed: readonly string[] | undefined

  /** @param allowed what would have been accepted instead */
  constructor(
    status: ContentfulStatusCode,
    title: string,
    detail: string,
    headers: Record<string, string> = {},
    allowed?: readonly string[],
  ) {
    super(detail)
    this.status = status
    this.title = title
    this.headers = headers
    this.allowed = allowed
  }

  /** As it is sent: the document, but one plain line on the route `/count`. */
  render(route: string | undefined): { headers: Record<string, string>; body: string } {
    const [type, body] =
      route === '/count'
        ? ['text/plain; charset=UTF-8', `${this.message}\n`]
        : ['application/problem+json', JSON.stringify(this.document)]
    return { headers: { ...this.headers, 'Content-Type': type }, body }
  }

  get document(): ProblemDocument {
    return {
      type: 'about:blank',
      title: this.title,
      status: this.status,
      detail: this.message,
      ...(this.allowed && { allowed: [...this.allowed] }),
    }
  }
}

/** For an error that is not the client's; what it was is in the log. */
export function faultOfBridge(): Problem {
  return new Problem(500, 'Internal Server Error', 'this is a fault of the bridge')
}
