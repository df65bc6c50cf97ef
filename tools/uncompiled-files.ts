// Files of the package that the compiler does not write, by their path in `src` and in `dist`.

import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const UNCOMPILED = ['platform/guessing/words.gz']

/** @param into the folder that the compiler has written to */
export function copyUncompiled(into: string): void {
  for (const path of UNCOMPILED) cpSync(fileURLToPath(new URL(`../src/${path}`, import.meta.url)), `${into}/${path}`)
}
