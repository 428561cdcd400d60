import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { createPanel } from '../../../device/screens/panel.ts'

const face = {
  text: '    1234.',
  segments: [0, 0, 0, 0, 0x30, 0x6d, 0x79, 0xb3],
  on: true,
  intensity: 3,
}
const now = () => new Date('2026-01-02T03:04:05.678Z')

function stream(terminal: { columns?: number } | undefined = undefined) {
  let written = ''
  const out = {
    write: (text: string) => {
      written += text
    },
    isTTY: terminal !== undefined,
    columns: terminal?.columns,
  }
  const taken = () => {
    const text = written
    written = ''
    return text
  }
  return { out, taken }
}

describe('a panel for programs', () => {
  test('writes one JSON line a change, on a terminal too', () => {
    const { out, taken } = stream({})
    const panel = createPanel({ out, json: true, now })
    panel.show(face)
    assert.equal(
      taken(),
      '{"event":"display","text":"    1234.","segments":[0,0,0,0,48,109,121,179],' +
        '"on":true,"intensity":3,"at":"2026-01-02T03:04:05.678Z"}\n',
    )
    panel.stop()
    assert.equal(taken(), '')
  })
})

describe('a panel that is no terminal', () => {
  test('writes plain lines, with the intensity when it has changed', () => {
    const { out, taken } = stream()
    const panel = createPanel({ out, json: false, now })
    panel.show(face)
    panel.show(face)
    panel.show({ ...face, intensity: 4 })
    panel.show({ ...face, intensity: 4, on: false })
    panel.stop()
    assert.equal(taken(), '    1234.  intensity 3\n    1234.\n    1234.  intensity 4\noff\n')
  })
})

describe('a panel on a terminal', () => {
  const setUp = (columns = 80) => {
    const { out, taken } = stream({ columns })
    const panel = createPanel({ out, json: false, now, header: 'board at 127.0.0.1:3030' })
    return { panel, taken }
  }
  const visible = (text: string) =>
    text
      .split('\x1b')
      .map((part, i) => (i === 0 ? part : part.replace(/^\[[?\d]*[A-Za-z]/, '')))
      .join('')

  test('draws the face below its header and hides the cursor', () => {
    const { panel, taken } = setUp()
    panel.show(face)
    const drawn = taken()
    assert.ok(drawn.startsWith('\x1b[?25l'))
    assert.deepEqual(
      visible(drawn)
        .split('\n')
        .map((line) => line.trimEnd()),
      [
        'board at 127.0.0.1:3030',
        '                               ━━    ━━',
        '                           ┃     ┃     ┃  ┃  ┃',
        '                               ━━    ━━    ━━',
        '                           ┃  ┃        ┃     ┃',
        '                               ━━    ━━       ●',
        '',
      ],
    )
  })

  test('draws each change over the face before, without clearing the screen', () => {
    const { panel, taken } = setUp()
    panel.show(face)
    const height = taken().split('\n').length - 1
    panel.show({ ...face, text: '       0', segments: [0, 0, 0, 0, 0, 0, 0, 0x7e] })
    const redrawn = taken()
    assert.ok(redrawn.startsWith(`\x1b[${height}A`))
    assert.equal(redrawn.split('\n').length - 1, height)
    assert.ok(!redrawn.includes('\x1b[2J'))
    panel.show({ ...face, on: false })
    const off = taken()
    assert.equal(off.split('\n').length - 1, height)
    assert.match(visible(off), /display off/)
    assert.ok(!off.includes('━'))
  })

  test('gives the cursor back when it stops, once, and only if it took it', () => {
    const { panel, taken } = setUp()
    panel.stop()
    assert.equal(taken(), '')
    panel.show(face)
    taken()
    panel.stop()
    panel.stop()
    assert.equal(taken(), '\x1b[?25h')
  })

  test('is faint at low intensity', () => {
    const { panel, taken } = setUp()
    panel.show(face)
    assert.ok(taken().includes('\x1b[2m'))
    panel.show({ ...face, intensity: 8 })
    assert.ok(!taken().includes('\x1b[2m'))
  })

  test('shows plain digits where the drawing would not fit', () => {
    const { panel, taken } = setUp(20)
    panel.show(face)
    const lines = visible(taken()).split('\n')
    assert.deepEqual(lines.slice(0, 2), ['board at 127.0.0.1:3', '    1234.'])
    assert.ok(lines.every((line) => line.length <= 20))
  })
})

/** A control sequence, as a part of a pattern. */
const sequence = '\x1b\\[[?\\d]*[A-Za-z]'

describe('a panel on a terminal with a log', () => {
  /** What is on the screen, of the sequences that the panel uses. */
  function screenOf(written: string): string[] {
    const lines = ['']
    let row = 0
    for (const part of written.split(new RegExp(`(${sequence}|\\n)`))) {
      const code = part.startsWith('\x1b') ? /([?\d]*)([A-Za-z])$/.exec(part) : null
      if (part === '\n') {
        row += 1
        lines[row] ??= ''
      } else if (code?.[2] === 'A') row -= Number(code[1])
      else if (code?.[2] === 'J') lines.splice(row)
      else if (code === null && part !== '') lines[row] = part
    }
    return lines.map((line) => line.trimEnd()).filter((line) => line !== '')
  }

  test('leaves the lines of the log above the face, and its caption below', () => {
    let written = ''
    const write = (text: string) => {
      written += text
    }
    const out = { write, isTTY: true, columns: 20, hasColors: () => true }
    const log = { write, isTTY: true }
    const panel = createPanel({
      out,
      log,
      json: false,
      now,
      header: 'board',
      caption: 'visitors, total',
      term: 'xterm',
    })
    panel.show(face)
    log.write('WARN: away\n')
    panel.show({ ...face, text: '    1235.' })
    log.write('INFO: back\n')
    assert.deepEqual(screenOf(written), [
      ...['WARN: away', 'INFO: back', 'board'],
      ...['    1235.', 'visitors, total'],
    ])
    assert.ok(written.includes('\x1b[31m'))
    panel.stop()
    assert.equal(log.write, write)
  })

  test('writes no control sequence to a dumb terminal', () => {
    const { out, taken } = stream({})
    const panel = createPanel({ out, json: false, now, term: 'dumb' })
    panel.show(face)
    panel.stop()
    assert.equal(taken(), '    1234.  intensity 3\n')
  })

  test('is never wider than 40 columns where the terminal is not', () => {
    const { out, taken } = stream({ columns: 40 })
    const header = 'the board    tcp:127.0.0.1:12345, StandardFirmata with a MAX7219'
    const panel = createPanel({
      out,
      json: false,
      now,
      header,
      caption: 'visitors, total; '.repeat(9),
    })
    panel.show(face)
    const lines = taken().replaceAll(new RegExp(sequence, 'g'), '').split('\n')
    assert.ok(lines.every((line) => line.length <= 40))
  })
})

describe('a panel of dots', () => {
  /** A 1 of 5 columns, with the corner for the sign. */
  const dots = {
    text: '1.',
    columns: [0, 0x42, 0x7f, 0x40, 0, 0x80],
    on: true,
    intensity: 3,
  }
  const drawn = (columns: number) => {
    const { out, taken } = stream({ columns })
    createPanel({ out, json: false, now }).show(dots)
    return taken()
      .split('\n')
      .slice(1, -1)
      .map((line) => stripVTControlCharacters(line).trimEnd())
  }

  test('draws a dot for each that is lit, where there is room for them', () => {
    assert.deepEqual(drawn(80), [
      '    ●',
      '  ● ●',
      '    ●',
      '    ●',
      '    ●',
      '    ●',
      '  ● ● ●',
      '          ●',
    ])
  })

  test('draws two rows as one where there is less, and else writes the text', () => {
    assert.deepEqual(drawn(6).slice(0, 4), [' ▄█', '  █', '  █', ' ▀▀▀ ▄'])
    assert.equal(drawn(5)[0], '1.')
    assert.equal(drawn(5).length, drawn(80).length)
  })

  test('tells programs the columns', () => {
    const { out, taken } = stream({})
    createPanel({ out, json: true, now }).show(dots)
    assert.match(taken(), /"text":"1\.","columns":\[0,66,127,64,0,128\],"on":true/)
    createPanel({ out, json: true, now }).show({
      text: '1',
      segments14: [6],
      on: true,
      intensity: 3,
    })
    assert.match(taken(), /"text":"1","segments14":\[6\],"on":true/)
  })
})
