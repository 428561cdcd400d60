import { createServer } from 'node:http'

/** The limit of the runtime: node:http that answers a constant. Its port is the first argument. */
createServer((_, response) => {
  response.writeHead(200, { 'Content-Type': 'text/plain; charset=UTF-8', 'Content-Length': 6 })
  response.end('28214\n')
}).listen(Number(process.argv[2]), '127.0.0.1')
