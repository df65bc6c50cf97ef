// Folds a password for the estimator: one lower-case letter per character, independent of case, accents, width and alphabet.

export interface Folded {
  /** One UTF-16 unit per character, so that its indices match the lists below. */
  readonly text: string
  /** True where the character was a capital. */
  readonly capital: readonly boolean[]
  /** True where it had an accent, was full-width, or was a look-alike from another alphabet. */
  readonly disguised: readonly boolean[]
}

/** Letters of other alphabets that look like these (UTS 39). Used only in a password that also has Latin letters. */
const LOOK_ALIKES = new Map(
  Object.entries({
    а: 'a',
    е: 'e',
    і: 'i',
    о: 'o',
    р: 'p',
    с: 'c',
    у: 'y',
    х: 'x',
    ѕ: 's',
    ј: 'j',
    ԁ: 'd',
    ո: 'n',
    α: 'a',
    ο: 'o',
    ρ: 'p',
    ν: 'v',
    ı: 'i',
    ɡ: 'g',
    ł: 'l',
    ø: 'o',
    đ: 'd',
    ß: 's',
    æ: 'a',
    œ: 'o',
  }),
)
/** One character may expand to eighteen letters. */
const MAX_UNITS = 96
const LATIN = /[a-z]/
const MARKS = /\p{M}/gu

/** Letters after the first 96 are ignored. */
export function fold(password: string): Folded {
  const units: string[] = []
  const capital: boolean[] = []
  const disguised: boolean[] = []
  const mixed = LATIN.test(password.toLowerCase())
  for (const character of password) {
    const plain = character.normalize('NFKD').replace(MARKS, '')
    for (const part of plain === '' ? character : plain) {
      if (units.length === MAX_UNITS) break
      const small = part.toLowerCase()
      const alike = mixed ? LOOK_ALIKES.get(small) : undefined
      const unit = alike ?? small
      units.push(unit.length === 1 ? unit : String.fromCharCode(0xe000 + ((unit.codePointAt(0) ?? 0) % 0x1800)))
      capital.push(small !== part)
      disguised.push(alike !== undefined || plain !== character)
    }
  }
  return { text: units.join(''), capital, disguised }
}

/** A selection of the characters, in the given order. */
export function pickCharacters({ text, capital, disguised }: Folded, indices: readonly number[]): Folded {
  return {
    text: indices.map((index) => text.charAt(index)).join(''),
    capital: indices.map((index) => capital[index] ?? false),
    disguised: indices.map((index) => disguised[index] ?? false),
  }
}
