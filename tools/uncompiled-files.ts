// Copies the files of the package that the compiler does not emit from `src` to `dist`.

import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const UNCOMPILED = ['platform/guessing/words.gz']

/** @param into the output folder of the compiler */
export function copyUncompiled(into: string): void {
  for (const path of UNCOMPILED) cpSync(fileURLToPath(new URL(`../src/${path}`, import.meta.url)), `${into}/${path}`)
}
