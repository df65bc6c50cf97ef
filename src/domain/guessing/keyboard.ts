// Keyboard walks, with and without Shift, and shifted columns.

import type { Token } from './token.ts'

interface Layout {
  /** Row and column of each key, by its unshifted character. */
  readonly places: ReadonlyMap<string, readonly [row: number, column: number]>
  /** The unshifted character of a key, by its shifted one. */
  readonly unshifted: ReadonlyMap<string, string>
}

const US_SHIFT = ['~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./"]
const DE_SHIFT = ['!"§$%&/()=?', '1234567890ß']
const FR_SHIFT = ['&é"\'(-è_çà', '1234567890']

function layout(rows: readonly string[], [upper, lower]: readonly string[] = ['', '']): Layout {
  const places = rows.flatMap((keys, row) => [...keys].map((key, column) => [key, [row, column]] as const))
  return { places: new Map(places), unshifted: new Map([...(upper ?? '')].map((key, index) => [key, lower?.[index] ?? key])) }
}

// Each row is offset by half a key, so the key in the same column is the one below to the left.
const LAYOUTS: readonly Layout[] = [
  layout(['`1234567890-=', ' qwertyuiop[]\\', " asdfghjkl;'", ' zxcvbnm,./'], US_SHIFT),
  layout(['^1234567890ß', ' qwertzuiopü+', ' asdfghjklöä#', ' yxcvbnm,.-'], DE_SHIFT),
  layout([' 1234567890', ' azertyuiop', ' qsdfghjklm', ' wxcvbn'], FR_SHIFT),
  layout(['ё1234567890-=', ' йцукенгшщзхъ', ' фывапролджэ', ' ячсмитьбю.']),
  layout(['789', '456', '123', '0']),
]

const CORNERS = /[1qazpmlйфя70]/

/** Walks of three and more keys, and pieces that repeat the piece before them one key further. */
export function keyboardWalks(text: string, capital: readonly boolean[]): readonly Token[] {
  return LAYOUTS.flatMap((on) => {
    const keys = [...text].map((unit) => on.unshifted.get(unit) ?? unit)
    const places = keys.map((key) => on.places.get(key))
    const shifted = keys.map((key, index) => key !== text[index] || capital[index] === true)
    return [...walkTokens(keys, places, shifted), ...shiftedColumns(places, shifted)]
  })
}

type Places = readonly (readonly [row: number, column: number] | undefined)[]

function walkTokens(keys: readonly string[], places: Places, shifted: readonly boolean[]): readonly Token[] {
  const tokens: Token[] = []
  for (let start = 0; start < keys.length - 2; start += 1) {
    let bits = CORNERS.test(keys[start] ?? '') ? 2 : 5
    let direction: string | undefined
    if (shifted[start]) bits += 1
    for (let end = start + 1; end < keys.length; end += 1) {
      const step = stepBetween(places[end - 1], places[end])
      if (step === undefined) break
      if (direction === undefined) bits += 2
      else if (step !== direction) bits += 3
      direction = step
      if (shifted[end] !== shifted[end - 1]) bits += 1
      const length = end - start + 1
      if (length > 2) tokens.push({ start, length, bits: bits + Math.log2(length) / 2 })
    }
  }
  return tokens
}

function stepBetween(from: Places[number], to: Places[number]): string | undefined {
  if (from === undefined || to === undefined) return undefined
  const [rows, columns] = [to[0] - from[0], to[1] - from[1]]
  if ((rows === 0 && columns === 0) || Math.abs(rows) > 1 || Math.abs(columns) > 1) return undefined
  return `${rows},${columns}`
}

const LONGEST_COLUMN = 6

function shiftedColumns(places: Places, shifted: readonly boolean[]): readonly Token[] {
  const tokens: Token[] = []
  for (let start = 2; start < places.length; start += 1)
    for (let length = 2; length <= LONGEST_COLUMN && length <= start && start + length <= places.length; length += 1) {
      const step = stepBetween(places[start - length], places[start])
      if (step === undefined) continue
      let same = true
      let flips = 0
      for (let index = start; index < start + length; index += 1) {
        if (stepBetween(places[index - length], places[index]) !== step) same = false
        if (index > start && (shifted[index] !== shifted[index - length]) !== (shifted[start] !== shifted[start - length])) flips += 1
      }
      if (same) tokens.push({ start, length, bits: 2 + flips + (shifted[start] === shifted[start - length] ? 0 : 0.5) })
    }
  return tokens
}
