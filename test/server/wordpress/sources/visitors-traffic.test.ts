import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMysql } from '../../../../server/wordpress/database/mysql.ts'
import { momentAt } from '../../../../server/wordpress/moment.ts'
import { readSchema, readSite } from '../../../../server/wordpress/site.ts'
import { visitorsTraffic } from '../../../../server/wordpress/sources/visitors-traffic.ts'
import { fixture, startMariadb } from '../../../support/mariadb.ts'

test('the newest row of Visitor Traffic Real Time Statistics is found by its index', async (t) => {
  const mariadb = await startMariadb(t)
  const { dump } = await fixture('visitors-traffic-real-time-statistics')
  const database = openMysql(await mariadb.create('traffic', dump))
  t.after(() => database.close())
  const { query } = database
  const [times] = await query({
    text: 'SELECT DATE(MAX(vst_date)) AS day, COUNT(*) AS n FROM ahc_visitors WHERE site_id = 1',
    values: [],
  })
  const schema = await readSchema(query, 'mysql')
  const site = await readSite(query, schema, 'mysql', 'wp_', undefined)
  const plan = await visitorsTraffic.plan(site, query)
  const newest = plan.newest?.(momentAt(Date.now(), 'UTC'))
  assert.ok(newest)
  assert.equal((await query(newest))[0]?.['day'], times?.['day'])
  const [explained] = await query({ ...newest, text: `EXPLAIN ${newest.text}` })
  assert.equal(explained?.['key'], 'idx_vst_date')
  assert.equal(Number(explained?.['rows']), 1)
})
