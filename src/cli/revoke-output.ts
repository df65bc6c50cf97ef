// The output of `latchkey session revoke`: what was found, the progress, the result, and the acknowledgements.

import type { PropagationReport } from '../engine/revocation-acknowledgement.ts'
import type { RevocationCounts, RevocationTarget } from '../engine/revoke.ts'
import { formatCount, perSecond, timeLeft } from './progress.ts'

export function formatDryRun(found: RevocationCounts, target: RevocationTarget): string {
  return isEmpty(found) ? 'There is nothing to revoke.' : `Would revoke ${describeTarget(found, target)}. Nothing was revoked.`
}

export function formatStart(found: RevocationCounts, target: RevocationTarget): string {
  return isEmpty(found) ? 'There is nothing to revoke.' : `Revoking ${describeTarget(found, target)}.`
}

export function formatResult(revoked: RevocationCounts): string {
  return `Revoked ${formatCredentials(revoked)}.`
}

export function formatCounting(soFar: RevocationCounts): string {
  return `${formatCredentials(soFar)} found`
}

export function formatProgress(found: RevocationCounts, soFar: RevocationCounts, elapsed: number): string {
  const [all, done] = [total(found), total(soFar)]
  const parts = [`${formatCount(done)} of ${formatCount(all)} revoked`, perSecond(done, elapsed)]
  // More may have been created since the count.
  if (done > 0) parts.push(timeLeft(Math.min(1, done / all), elapsed))
  return parts.join(', ')
}

/** @param soFar undefined if no write was confirmed; the first one may have been committed all the same */
export function formatInterrupted(soFar: RevocationCounts | undefined): string {
  const reached = soFar === undefined ? 'No revocation was confirmed' : `Revoked ${formatCredentials(soFar)} before the interruption`
  return `${reached}. Run the command again to continue.`
}

const UNREACHED_NOTE = 'A process that cannot read the revocation log stops using its credential cache after one second.'

/** @param acknowledged null if no acknowledgement could be requested */
export function formatAcknowledgement(acknowledged: PropagationReport | null): string {
  if (acknowledged === null) return `Acknowledgements could not be requested. ${UNREACHED_NOTE}`
  const { processes, verifiers, behind, milliseconds } = acknowledged
  if (milliseconds === null)
    return `No process acknowledged: no server is running on this database, or none can read the revocation log. ${UNREACHED_NOTE}`
  const verifierText =
    behind === 0 ? pluralize(verifiers, 'verifier') : `${formatCount(verifiers)} of ${pluralize(verifiers + behind, 'verifier')}`
  const text = `Acknowledged by ${pluralize(processes, 'process', 'processes')} and ${verifierText}; the last after ${formatCount(Math.round(milliseconds))} ms.`
  return behind === 0 ? text : `${text} ${UNREACHED_NOTE}`
}

function describeTarget(found: RevocationCounts, target: RevocationTarget): string {
  const text = `${formatCredentials(found)} of ${pluralize(found.users, 'user')}`
  return 'before' in target ? `${text}, in lineages that started before ${new Date(target.before).toISOString()}` : text
}

function formatCredentials({ sessions, rememberMe }: RevocationCounts): string {
  return `${pluralize(sessions, 'session')} and ${pluralize(rememberMe, 'remember-me login')}`
}

function total({ sessions, rememberMe }: RevocationCounts): number {
  return sessions + rememberMe
}

function isEmpty(found: RevocationCounts): boolean {
  return total(found) === 0
}

function pluralize(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}
