// What a long import says of itself: on a terminal one line that is rewritten, elsewhere a line every ten seconds.

import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { progressLine } from '../../src/cli/import/progress.ts'
import { Progress } from '../../src/cli/progress.ts'

/** A screen that keeps what is written, and a clock that is set. */
function watched(isTTY: boolean) {
  const written: string[] = []
  let now = 0
  const progress = new Progress({ isTTY, write: (text) => written.push(text) }, () => now, progressLine)
  return {
    written,
    progress,
    /** A row each millisecond, of 20,000. */
    run(until: number) {
      for (; now < until; now += 1) progress.update({ rows: now, refused: 0, fraction: now / 20_000 })
    },
  }
}

test('on a terminal one line is rewritten a few times a second, and cleared before anything else', () => {
  const { written, progress, run } = watched(true)
  run(1000)
  deepEqual(
    written,
    [200, 400, 600, 800].map((at) => `\r\u001B[K${at} rows, 1,000 a second, ${at / 200} %, 20 s left`),
  )
  progress.clear()
  progress.clear()
  deepEqual(written.slice(4), ['\r\u001B[K'])
})

test('elsewhere a line comes every ten seconds, and nothing is rewritten', () => {
  const { written, progress, run } = watched(false)
  run(9_999)
  equal(written.length, 0)
  run(20_000)
  deepEqual(written, ['10,000 rows, 1,000 a second, 50 %, 10 s left\n'])
  progress.clear()
  equal(written.length, 1)
})

test('a line says what is known: without a size neither share nor time, and refused lines where there are some', () => {
  equal(progressLine({ rows: 1_500_000, refused: 0, fraction: undefined }, 60_000), '1,500,000 rows, 25,000 a second')
  equal(progressLine({ rows: 10, refused: 3, fraction: 0 }, 0), '10 rows, 10,000 a second, 3 refused, 0 %')
  equal(progressLine({ rows: 1000, refused: 0, fraction: 0.1 }, 60_000), '1,000 rows, 17 a second, 10 %, 9 min left')
})
