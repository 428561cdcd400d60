import { Text } from '../text.ts'
import { startChart } from './chart.ts'
import { startCounts } from './counts.ts'
import { readSettings } from './documents.ts'
import { startFace } from './face.ts'
import { keepAwake, startDimming, startTurns } from './kiosk.ts'
import { startRefresh } from './refresh.ts'
import { startSiteChoice } from './site-choice.ts'
import { startStream } from './stream.ts'

const settings = readSettings()
const { lang, dataset } = document.documentElement
const text = new Text(lang, dataset['locale'] ?? lang)
const isKiosk = document.body.classList.contains('kiosk')

startSiteChoice()
if (isKiosk) keepAwake()
if (settings.dim !== undefined) startDimming(settings.dim)

const [first] = settings.readings
const refresh = startRefresh(settings.refresh)
if (first !== undefined && settings.refresh === 'seldom') {
  const face = startFace(first, { text, points: settings.points })
  const counts = startCounts(first, text)
  startChart(first, { text, days: settings.days })
  const stream = startStream(first, {
    count(reading) {
      turns.heard(reading)
      // Another plugin counts from now on: all words of the page are others.
      if (reading.source !== first.source) location.reload()
      if (face.show(reading)) refresh()
      counts.show(reading)
    },
    away: () => face.away(),
  })
  const turns = startTurns(settings.readings, settings.dwellMs, (reading) => {
    face.turnTo(reading)
    stream.turnTo(reading)
  })
}
