import assert from 'node:assert/strict'

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: string
}

/**
 * Reads Prometheus' text format as strictly as its page on exposition formats describes it: version
 * 0.0.4, one HELP and one TYPE a name, both before its samples, which stand together and differ in
 * their labels.
 */
export function parseExposition(text: string): Sample[] {
  assert.ok(text.endsWith('\n') && !text.includes('\r'))
  const samples: Sample[] = []
  const helped = new Set<string>()
  const typed = new Set<string>()
  const seen = new Set<string>()
  let current: string | undefined
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line)
    if (comment !== null) {
      const [, kind, name = '', rest = ''] = comment
      const told = kind === 'HELP' ? helped : typed
      assert.ok(!told.has(name), line)
      told.add(name)
      if (kind === 'TYPE') assert.match(rest, /^(counter|gauge|histogram|summary|untyped)$/)
      current = name
      continue
    }
    const [, name = '', pairs = '', value = ''] =
      /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? assert.fail(line)
    assert.equal(name, current, 'the samples of a name stand together')
    assert.ok(helped.has(name) && typed.has(name), line)
    assert.match(value, /^[+-]?(\d+(\.\d+)?(e[+-]?\d+)?|Inf|NaN)$/)
    assert.ok(!seen.has(name + pairs), `twice: ${line}`)
    seen.add(name + pairs)
    samples.push({ name, labels: parseLabels(pairs), value })
  }
  return samples
}

function parseLabels(pairs: string): Record<string, string> {
  const labels: Record<string, string> = {}
  const rest = pairs.replace(
    /([a-zA-Z_]\w*)="((?:[^"\\]|\\[\\"n])*)"(,|$)/g,
    (_, name: string, value: string) => {
      labels[name] = value.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c))
      return ''
    },
  )
  assert.equal(rest, '', pairs)
  return labels
}
