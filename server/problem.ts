import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** A refusal that explains itself to the caller: RFC 9457, or one plain line for `/count`. */
export class Problem extends Error {
  override name = 'Problem'
  readonly status: ContentfulStatusCode
  readonly title: string
  readonly headers: Record<string, string>
  constructor(
    status: ContentfulStatusCode,
    title: string,
    detail: string,
    headers: Record<string, string> = {},
  ) {
    super(detail)
    this.status = status
    this.title = title
    this.headers = headers
  }

  /** The body of `application/problem+json`. */
  get document() {
    return { type: 'about:blank', title: this.title, status: this.status, detail: this.message }
  }
}
