// Where settings come from: the environment, files it points to, latchkey.config.ts, and flags, which win.

import { isUtf8 } from 'node:buffer'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  readSettings,
  SETTING_KEYS,
  SETTINGS,
  SettingError,
  type SettingInput,
  type SettingInputs,
  type SettingKey,
  type Settings,
} from '../settings.ts'

const CONFIG_FILES = ['latchkey.config.ts', 'latchkey.config.js', 'latchkey.config.mjs']

/**
 * @param flags what was given on the command line
 * @throws SettingError, in one line
 */
export async function loadSettings(env: NodeJS.ProcessEnv, folder: string, flags: SettingInputs = {}): Promise<Settings> {
  const fromFile = await readConfigFile(folder)
  const fromEnv = readEnvironment(env)
  const source = (key: SettingKey) =>
    flags[key] !== undefined ? flagOf(key) : fromEnv[key] === undefined && fromFile[key] !== undefined ? key : SETTINGS[key].name
  return readSettings({ ...fromFile, ...fromEnv, ...given(flags) }, source)
}

/** `LATCHKEY_SESSION_IDLE_TIMEOUT` on the command line: `--session-idle-timeout`. */
export function flagOf(key: SettingKey): string {
  return `--${SETTINGS[key].name
    .replace(/^LATCHKEY_/, '')
    .toLowerCase()
    .replaceAll('_', '-')}`
}

/** Names in the environment that look like settings of ours and are none: most often misspelt. */
export function unknownNames(env: NodeJS.ProcessEnv): readonly string[] {
  const known = new Set(SETTING_KEYS.flatMap((key) => [SETTINGS[key].name, `${SETTINGS[key].name}_FILE`]))
  return Object.keys(env).filter((name) => name.startsWith('LATCHKEY_') && !known.has(name))
}

function given(inputs: SettingInputs): SettingInputs {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined))
}

function readEnvironment(env: NodeJS.ProcessEnv): SettingInputs {
  const inputs: Partial<Record<SettingKey, SettingInput>> = {}
  for (const key of SETTING_KEYS) {
    const { name } = SETTINGS[key]
    const text = env[name]
    const path = env[`${name}_FILE`]
    if (text !== undefined && path !== undefined) throw new SettingError(`${name} and ${name}_FILE are both set: keep one.`)
    if (text !== undefined) inputs[key] = text
    if (path !== undefined) inputs[key] = readValueFile(`${name}_FILE`, path)
  }
  return inputs
}

function readValueFile(name: string, path: string): string {
  const bytes = readBytes(name, path)
  if (!isUtf8(bytes)) throw new SettingError(`${name} is "${path}", which is not UTF-8: save it as UTF-8.`)
  // This takes a byte order mark away as well.
  return bytes.toString('utf8').trim()
}

function readBytes(name: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new SettingError(`${name} is "${path}", which cannot be read (${error instanceof Error ? error.message : 'unknown'}).`)
  }
}

async function readConfigFile(folder: string): Promise<SettingInputs> {
  const path = CONFIG_FILES.map((name) => resolve(folder, name)).find((candidate) => existsSync(candidate))
  if (path === undefined) return {}
  const module: { readonly default?: unknown } = await import(pathToFileURL(path).href)
  if (typeof module.default !== 'object' || module.default === null) {
    throw new SettingError(`${path} has no default export with settings, such as: export default { sessionIdleTimeout: '20m' }`)
  }
  return module.default
}
