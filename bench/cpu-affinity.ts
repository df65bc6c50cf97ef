// Which processes run on which cores: the load is never on the core of what it loads. Where a system cannot be told, all of
// them share.

import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'

export const SERVER_CORE = '0'
const LOAD_CORE = cpus().length > 1 ? '1' : '0'
const ALL_CORES = `0-${cpus().length - 1}`

const canPin = spawnSync('taskset', ['-V'], { stdio: 'ignore' }).status === 0

/** The program and the arguments that run this command on these cores, such as `0` or `0,1`. */
export function onCores(cores: string, command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return canPin ? ['taskset', '-c', cores, ...command] : command
}

/** From now on this process, which makes the load, keeps to its core. */
export function pinToLoadCore(): void {
  pinTo(LOAD_CORE)
}

/** From now on this process, and those that it starts, take what they find. */
export function useAllCores(): void {
  pinTo(ALL_CORES)
}

function pinTo(cores: string): void {
  if (canPin) spawnSync('taskset', ['-a', '-cp', cores, String(process.pid)], { stdio: 'ignore' })
}
