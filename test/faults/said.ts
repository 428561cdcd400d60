import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import mqtt from 'mqtt'

/** What somebody who looks around comes upon: where it stands, and its text. */
export interface Said {
  readonly where: string
  readonly text: string
}

/** Everything in a folder and below; not what the owner has written there. */
export async function filesOf(
  folder: string,
  isOwners: (name: string) => boolean,
): Promise<Said[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && !isOwners(entry.name))
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const where = join(parentPath, name)
      return { where, text: `${name} ${await readFile(where, 'latin1')}` }
    }),
  )
}

const ownTopic = 'told'

/** All that a broker has retained: it sends that before it sends our own word back. */
export async function topicsOf(url: string): Promise<Said[]> {
  const client = await mqtt.connectAsync(url)
  const said: Said[] = []
  const told = new Promise<void>((resolve) => {
    client.on('message', (topic, payload) => {
      if (topic === ownTopic) resolve()
      else said.push({ where: topic, text: `${topic} ${payload}` })
    })
  })
  await client.subscribeAsync('#')
  await client.publishAsync(ownTopic, '')
  await told
  await client.endAsync(true)
  return said
}

const paths = [
  ...['/', '/?kiosk', '/?all', '/count', '/v1/count', '/v1/counts', '/v1/series', '/smiirl'],
  ...['/lametric', '/awtrix3', '/awtrix-ng', '/badge.json', '/badge.svg', '/metrics', '/health'],
  ...['/openapi.json', '/preview.png', '/embed.js', '/count?site=nobody', '/nothing'],
]

/** What a bridge answers to who has its token, and to who has none or a wrong one. */
export async function pagesOf(url: string, token: string): Promise<Said[]> {
  const callers = [{ authorization: `Bearer ${token}` }, {}, { authorization: 'Bearer wrong' }]
  const said: Said[] = []
  for (const headers of callers) {
    for (const path of paths) {
      const answer = await fetch(url + path, { headers })
      const head = JSON.stringify([...answer.headers])
      said.push({ where: `${url}${path}`, text: `${head}\n${await answer.text()}` })
    }
  }
  return said
}
