// Tests the progress output of an import: one rewritten line on a terminal, otherwise a line every ten seconds.

import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { progressLine } from '../../src/cli/import/progress.ts'
import { Progress } from '../../src/cli/progress.ts'

/** A progress with a fake output and a fake clock. */
function fakeProgress(isTTY: boolean) {
  const written: string[] = []
  let now = 0
  const progress = new Progress({ isTTY, write: (text) => written.push(text) }, () => now, progressLine)
  return {
    written,
    progress,
    /** Imports one of 20,000 rows each millisecond. */
    run(until: number) {
      for (; now < until; now += 1) progress.update({ rows: now, refused: 0, fraction: now / 20_000 })
    },
  }
}

test('rewrites one line on a terminal a few times a second, and clears it before other output', () => {
  const { written, progress, run } = fakeProgress(true)
  run(1000)
  deepEqual(
    written,
    [200, 400, 600, 800].map((at) => `\r\u001B[K${at} rows, 1,000 a second, ${at / 200} %, 20 s left`),
  )
  progress.clear()
  progress.clear()
  deepEqual(written.slice(4), ['\r\u001B[K'])
})

test('prints a line every ten seconds elsewhere, and rewrites nothing', () => {
  const { written, progress, run } = fakeProgress(false)
  run(9_999)
  equal(written.length, 0)
  run(20_000)
  deepEqual(written, ['10,000 rows, 1,000 a second, 50 %, 10 s left\n'])
  progress.clear()
  equal(written.length, 1)
})

test('omits the percentage and the time left without a size, and the rejected lines without any', () => {
  equal(progressLine({ rows: 1_500_000, refused: 0, fraction: undefined }, 60_000), '1,500,000 rows, 25,000 a second')
  equal(progressLine({ rows: 10, refused: 3, fraction: 0 }, 0), '10 rows, 10,000 a second, 3 rejected, 0 %')
  equal(progressLine({ rows: 1000, refused: 0, fraction: 0.1 }, 60_000), '1,000 rows, 17 a second, 10 %, 9 min left')
})
