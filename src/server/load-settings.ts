// Loads the settings of the server: from the environment, files it names, latchkey.config.ts, and flags, which win.

import { isUtf8 } from 'node:buffer'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { maskedText, withoutPasswords } from '../connection-strings/masking.ts'
import {
  isSet,
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
 * @param flags the settings given on the command line
 * @throws SettingError, in one line
 */
export async function loadSettings(env: NodeJS.ProcessEnv, folder: string, flags: SettingInputs = {}): Promise<Settings> {
  const fromFile = await readConfigFile(folder)
  const fromEnv = readEnvironment(env)
  const source = (key: SettingKey) =>
    isSet(flags[key]) ? flagOf(key) : fromEnv[key] === undefined && fromFile[key] !== undefined ? key : SETTINGS[key].name
  return readSettings({ ...fromFile, ...fromEnv, ...withoutUnset(flags) }, source)
}

/** True where LATCHKEY_SECRET is set but empty: usually a variable that was not filled in. */
export function isSecretEmpty(env: NodeJS.ProcessEnv): boolean {
  const given = env.LATCHKEY_SECRET ?? env.LATCHKEY_SECRET_FILE
  return given !== undefined && readEnvironment(env).secret === undefined
}

/** `LATCHKEY_SESSION_IDLE_TIMEOUT` on the command line: `--session-idle-timeout`. */
export function flagOf(key: SettingKey): string {
  return `--${SETTINGS[key].name
    .replace(/^LATCHKEY_/, '')
    .toLowerCase()
    .replaceAll('_', '-')}`
}

/** Unknown environment variables that look like our settings: usually misspelled. */
export function unknownSettingNames(env: NodeJS.ProcessEnv): readonly string[] {
  const known = new Set(SETTING_KEYS.flatMap((key) => [SETTINGS[key].name, `${SETTINGS[key].name}_FILE`]))
  return Object.keys(env).filter((name) => name.startsWith('LATCHKEY_') && !known.has(name))
}

function withoutUnset(inputs: SettingInputs): SettingInputs {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => isSet(value)))
}

function readEnvironment(env: NodeJS.ProcessEnv): SettingInputs {
  const inputs: Partial<Record<SettingKey, SettingInput>> = {}
  for (const key of SETTING_KEYS) {
    const { name } = SETTINGS[key]
    const text = isSet(env[name]) ? env[name] : undefined
    const path = isSet(env[`${name}_FILE`]) ? env[`${name}_FILE`] : undefined
    if (text !== undefined && path !== undefined) throw new SettingError(`${name} and ${name}_FILE are both set: keep one.`)
    const value = path === undefined ? text : readValueFile(`${name}_FILE`, path)
    if (isSet(value)) inputs[key] = value
  }
  return inputs
}

function readValueFile(name: string, path: string): string {
  const bytes = readBytes(name, path)
  if (!isUtf8(bytes)) throw new SettingError(`${name} is "${path}", which is not UTF-8: save it as UTF-8.`)
  // Trimming also removes a byte order mark.
  return bytes.toString('utf8').trim()
}

function readBytes(name: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new SettingError(
      `${name} is ${shownPath(path)}, which cannot be read (${why}); accepted: the path of a file that contains the value.`,
    )
  }
}

/** Where the value itself was given as the path, it must not be repeated: it can be a secret. */
function shownPath(path: string): string {
  const isShort = path.length <= 32 && !path.includes('@')
  return isShort || (existsSync(dirname(resolve(path))) && path.includes('/')) ? JSON.stringify(maskedText(path)) : '"…"'
}

async function readConfigFile(folder: string): Promise<SettingInputs> {
  const path = CONFIG_FILES.map((name) => resolve(folder, name)).find((candidate) => existsSync(candidate))
  if (path === undefined) return {}
  const module = await importConfig(path)
  if (typeof module.default !== 'object' || module.default === null) {
    throw new SettingError(`${path} has no default export with settings, such as: export default { sessionIdleTimeout: '20m' }`)
  }
  return module.default
}

/** The error's message may come from the configuration, and the JavaScript engine may quote from it: quotations are masked. */
async function importConfig(path: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(path).href)
  } catch (error) {
    const [name, message] = error instanceof Error ? [error.name, error.message] : ['Error', String(error)]
    const unquoted = message.replace(/(["'`]).*?\1/gs, '$1…$1').replace(/^\S+ is not defined/, '… is not defined')
    throw new Error(`${path} cannot be loaded: ${name}: ${withoutPasswords(unquoted)}`)
  }
}
