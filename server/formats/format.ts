import type * as v from 'valibot'
import { parseQuery, type View } from '../http/query.ts'

/** Something the owner should know, which a document cannot say: in `/health` and once in the log. */
export interface Remark {
  readonly text: string
  /** Whether it is so at this moment. */
  readonly holds: boolean
}

interface Rendered {
  /** A text as it is, anything else as JSON. */
  readonly document: unknown
  readonly remark?: Remark
}

/** The document that one consumer wants. */
export interface Format {
  readonly path: `/${string}`
  readonly summary: string
  readonly contentType: string
  /** Of the query parameters beside those of every route; a message lists what is allowed. */
  readonly query: QuerySchema
  readonly document: v.GenericSchema
  /** @throws Problem when what is asked for is wrong or not known */
  render(view: View, query: Readonly<Record<string, string>>): Rendered
}

type QuerySchema = v.ObjectSchema<v.ObjectEntries, undefined>

/** A format whose `render` gets the query parsed, and makes the document that it says it does. */
export function format<
  const Entries extends v.ObjectEntries,
  const Document extends v.GenericSchema,
>(definition: {
  path: `/${string}`
  summary: string
  contentType: string
  query: v.ObjectSchema<Entries, undefined>
  document: Document
  render(
    view: View,
    query: v.InferOutput<v.ObjectSchema<Entries, undefined>>,
  ): { document: v.InferInput<Document>; remark?: Remark }
}): Format {
  return {
    ...definition,
    render: (view, query) => definition.render(view, parseQuery(definition.query, query)),
  }
}
