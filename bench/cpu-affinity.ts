// Pins processes to cores, so that the load generator never shares a core with the server. Without `taskset` they share all cores.

import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'

export const SERVER_CORE = '0'
const LOAD_CORE = cpus().length > 1 ? '1' : '0'
const ALL_CORES = `0-${cpus().length - 1}`

const canPin = spawnSync('taskset', ['-V'], { stdio: 'ignore' }).status === 0

/** The command that runs `command` on these cores, such as `0` or `0,1`. */
export function onCores(cores: string, command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return canPin ? ['taskset', '-c', cores, ...command] : command
}

/** Pins this process, the load generator, to its core. */
export function pinToLoadCore(): void {
  pinTo(LOAD_CORE)
}

/** Unpins this process and the processes that it starts. */
export function useAllCores(): void {
  pinTo(ALL_CORES)
}

function pinTo(cores: string): void {
  if (canPin) spawnSync('taskset', ['-a', '-cp', cores, String(process.pid)], { stdio: 'ignore' })
}
