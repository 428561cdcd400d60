import { startChart } from './chart.ts'
import { startCounts } from './counts.ts'
import { PageReading } from './documents.ts'
import { startFace } from './face.ts'
import { startStream } from './stream.ts'
import { untilThereIsANumber } from './wait.ts'

const given = document.getElementById('face')?.dataset['reading']

if (given === undefined) {
  untilThereIsANumber()
} else {
  const first = PageReading.parse(given)
  const face = startFace(first)
  const counts = startCounts(first)
  startChart(first)
  startStream(first, {
    count(reading) {
      // Another plugin counts from now on: all words of the page are others.
      if (reading.source !== first.source) location.reload()
      face.show(reading)
      counts.show(reading)
    },
    away: () => face.away(),
  })
}
