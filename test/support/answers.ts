import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { TestContext } from 'node:test'

/** An HTTP server on 127.0.0.1 that ends with the test. */
export async function startAnswers(
  t: TestContext,
  listener: RequestListener,
): Promise<{ url: URL; server: Server }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: new URL(`http://127.0.0.1:${address.port}/`), server }
}
