// A hint of how hard a password is to guess, while it is typed and without sending it anywhere. The server judges by itself.

const COMMON =
  /password|passwort|qwert|asdf|zxcv|abc|iloveyou|admin|welcome|monkey|dragon|letmein|login|football|baseball|sunshine|princess|master|shadow|latchkey|woaini|666|888|520|1314|123|321|000|111/g

/** Bits of guessing from which each grade begins. */
const GRADES = [20, 32, 44, 60]

/** 0 to 4: how many guesses it takes, roughly, by the variety of what is not common, repeated or in a row. */
export function strengthOf(password: string, username: string): 0 | 1 | 2 | 3 | 4 {
  let rest = password.toLowerCase()
  if (username.length > 2) rest = rest.replaceAll(username.toLowerCase(), '*')
  rest = rest.replace(COMMON, '*').replace(/(.+?)\1+/gu, '$1*')
  const characters = [...rest].filter((character, at, all) => !inRow(all[at - 1], character))
  const bits = characters.length * Math.log2(poolOf(password)) * variety(characters)
  return GRADES.filter((grade) => bits >= grade).length as 0 | 1 | 2 | 3 | 4
}

function inRow(before: string | undefined, character: string): boolean {
  return before !== undefined && Math.abs((character.codePointAt(0) ?? 0) - (before.codePointAt(0) ?? 0)) <= 1
}

/** How many characters guessers have to try at each place. Words make letters likelier than chance would. */
function poolOf(password: string): number {
  const classes: readonly (readonly [RegExp, number])[] = [
    [/[a-z]/, 12],
    [/[A-Z]/, 6],
    [/\d/, 8],
    [/[^a-zA-Z\d\u0080-\uffff]/, 8],
    [/[\u0080-\uffff]/, 200],
  ]
  return classes.reduce((pool, [pattern, size]) => (pattern.test(password) ? pool + size : pool), 2)
}

function variety(characters: readonly string[]): number {
  return characters.length === 0 ? 0 : Math.min(1, (new Set(characters).size / characters.length) * 1.5)
}
