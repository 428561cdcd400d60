import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statementList } from '../../../../server/wordpress/agent/statements.ts'
import { statementId, templateOf } from '../../../../server/wordpress/agent/template.ts'

test('the statements are a closed set, and none reads more than a count needs', async () => {
  const { texts } = await statementList()
  assert.ok(texts.length > 80 && texts.length < 250, `${texts.length} texts`)
  const ids = new Set(texts.map(statementId))
  assert.equal(ids.size, texts.length)
  for (const text of texts) {
    assert.match(text, /^SELECT /)
    assert.doesNotMatch(text, /;|--|\bINTO\b|\bSLEEP\b|\bLOAD_FILE\b/i, text)
    // What comes back is a day, a number, a name of a table, or an option that is named.
    const [, columns = ''] = /^SELECT (.*?) FROM /.exec(text) ?? []
    assert.doesNotMatch(
      columns.replace(/COUNT\(DISTINCT [^)]*\)/g, ''),
      /\b(user_)?ip\b|user_agent|password|login|email/i,
      text,
    )
    if (text.includes('option_value'))
      assert.match(text, /WHERE option_name (= '[\w-]+' LIMIT 1|IN \(('\w+'(, )?)+\))$/)
  }
  assert.ok(!texts.some((text) => text.includes('count_per_day_online')))
})

test('a statement is the same whatever the site, its tables and its number are', () => {
  const text = 'SELECT  a FROM `wp_posts`\n  WHERE b = 7 /* blog */ AND `timestamp` > ?'
  assert.deepEqual(templateOf(text), {
    text: 'SELECT a FROM {posts} WHERE b = {blog} AND `timestamp` > ?',
    month: undefined,
  })
  assert.deepEqual(templateOf('SELECT 1 FROM `wp_matomo_archive_numeric_2026_11`'), {
    text: 'SELECT 1 FROM {matomo_archive_numeric_*}',
    month: '2026_11',
  })
})
