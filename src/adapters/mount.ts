// Mounting: which paths of a host's server Latchkey answers, and that it is mounted only once.

import type { AdapterTarget } from '../http/adapter-target.ts'

export interface MountOptions {
  /** `false` leaves the pages (`/sign-in`, `/register`, `/account` and so on) to the host. */
  readonly pages?: boolean
  /** `true` mounts the admin console at `/admin`; by default that path is the host's. */
  readonly admin?: boolean
}

const mounted = new WeakSet<object>()

/**
 * The paths to mount; a trailing `/*` stands for everything below.
 *
 * @throws TypeError when Latchkey is already mounted, or for an invalid option
 */
export function mountPaths(latchkey: AdapterTarget, options: MountOptions): readonly string[] {
  const { pages = true, admin = false, ...unknown } = options
  const [name] = Object.keys(unknown)
  if (name !== undefined) throw new TypeError(`Latchkey is not mounted: there is no option "${name}". Its options: pages, admin.`)
  for (const [option, value] of Object.entries({ pages, admin }))
    if (typeof value !== 'boolean') throw new TypeError(`Latchkey is not mounted: ${option} is ${String(value)}. Accepted: true or false.`)
  if (mounted.has(latchkey)) throw new TypeError('Latchkey is mounted already: mount it once, at the root of one server.')
  mounted.add(latchkey)
  const { paths } = latchkey
  return [...paths.api, ...(pages ? paths.pages : []), ...(admin ? paths.admin : [])]
}

/** Whether a path is one of these. */
export function matcher(paths: readonly string[]): (path: string) => boolean {
  const exact = new Set(paths)
  const prefixes = paths.filter((path) => path.endsWith('/*')).map((path) => path.slice(0, -1))
  return (path) => exact.has(path) || prefixes.some((prefix) => path.startsWith(prefix))
}
