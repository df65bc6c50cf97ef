// What `latchkey session revoke` says: what there is to end, how far it is, what has ended, who has heard of it.

import type { PropagationReport } from '../engine/revocation-acknowledgement.ts'
import type { RevocationCounts, RevocationTarget } from '../engine/revoke.ts'
import { formatCount, perSecond, timeLeft } from './progress.ts'

export function formatDryRun(found: RevocationCounts, what: RevocationTarget): string {
  return isEmpty(found) ? 'There is nothing to end.' : `Would end ${describeTarget(found, what)}. Nothing was ended.`
}

export function formatStart(found: RevocationCounts, what: RevocationTarget): string {
  return isEmpty(found) ? 'There is nothing to end.' : `Ending ${describeTarget(found, what)}.`
}

export function formatResult(ended: RevocationCounts): string {
  return `${formatCredentials(ended)} ended.`
}

export function formatCounting(soFar: RevocationCounts): string {
  return `${formatCredentials(soFar)} counted`
}

export function formatProgress(found: RevocationCounts, soFar: RevocationCounts, elapsed: number): string {
  const [all, done] = [total(found), total(soFar)]
  const parts = [`${formatCount(done)} of ${formatCount(all)} ended`, perSecond(done, elapsed)]
  // More may have come since it was counted.
  if (done > 0) parts.push(timeLeft(Math.min(1, done / all), elapsed))
  return parts.join(', ')
}

/** @param soFar undefined when not even the first write was confirmed: it may have landed all the same */
export function formatInterrupted(soFar: RevocationCounts | undefined): string {
  const reached = soFar === undefined ? 'Nothing is known to have ended by then' : `${formatCredentials(soFar)} had ended by then`
  return `${reached}. The same again goes on.`
}

const UNREACHED_NOTE = 'Who cannot hear the log accepts nothing from memory after one second.'

/** @param acknowledged null when nobody could be asked */
export function formatAcknowledgement(acknowledged: PropagationReport | null): string {
  if (acknowledged === null) return `It could not be asked who has heard of it. ${UNREACHED_NOTE}`
  const { processes, verifiers, behind, milliseconds } = acknowledged
  if (milliseconds === null)
    return `Nobody has answered: no server is running on this database, or none can hear the log. ${UNREACHED_NOTE}`
  const reached =
    behind === 0 ? pluralize(verifiers, 'verifier') : `${formatCount(verifiers)} of ${pluralize(verifiers + behind, 'verifier')}`
  const heard = `Heard by ${pluralize(processes, 'process', 'processes')} and ${reached}; the last after ${formatCount(Math.round(milliseconds))} ms.`
  return behind === 0 ? heard : `${heard} ${UNREACHED_NOTE}`
}

function describeTarget(found: RevocationCounts, what: RevocationTarget): string {
  const whose = `${formatCredentials(found)} of ${pluralize(found.users, 'user')}`
  return 'before' in what ? `${whose}, in lineages that began before ${new Date(what.before).toISOString()}` : whose
}

function formatCredentials({ sessions, rememberMe }: RevocationCounts): string {
  return `${pluralize(sessions, 'session')} and ${pluralize(rememberMe, 'remembered login')}`
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
