// Bounds on the input of the password estimator, so that an estimate is meaningful and quick.

/** The work grows with the square of the length; of longer passwords both ends are estimated. */
const MAX_ESTIMATED = 64
const MAX_WORDS = 32
const MIN_WORD = 3

export function boundedPassword(password: string): string {
  if (password.length <= MAX_ESTIMATED) return password
  const characters = [...password]
  return characters.length <= MAX_ESTIMATED
    ? password
    : [...characters.slice(0, MAX_ESTIMATED / 2), ...characters.slice(-MAX_ESTIMATED / 2)].join('')
}

/** Each name and its parts, at most 32 words of at most 64 characters. */
export function contextWords(names: readonly string[]): readonly string[] {
  const all = names.flatMap((name) => [name, ...name.split(/[^\p{L}\p{N}]+/u)])
  return boundedContext(all.filter((word) => word.length >= MIN_WORD))
}

export function boundedContext(words: readonly string[]): readonly string[] {
  return words.slice(0, MAX_WORDS).map((word) => word.slice(0, MAX_ESTIMATED))
}
