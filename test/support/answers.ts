import { createServer, type RequestListener, type Server } from 'node:http'
import type { TestContext } from 'node:test'
import { listen } from './tcp-server.ts'

/** An HTTP server on 127.0.0.1 that ends with the test. */
export async function startAnswers(
  t: TestContext,
  listener: RequestListener,
): Promise<{ url: URL; server: Server }> {
  const server = createServer(listener)
  const port = await listen(server)
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: new URL(`http://127.0.0.1:${port}/`), server }
}
