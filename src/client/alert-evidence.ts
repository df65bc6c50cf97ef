// Evidence of an alarm in the audit log: when and from where a remember-me login was presented, and its use before that.

export interface AlertEvidence {
  /** ISO 8601. */
  readonly at: string
  readonly ip: string
  readonly userAgent: string
}

/** Undefined where the event has no such evidence. `detail` is untyped data, so each field is checked. */
export function parseAlertEvidence(
  alarm: { readonly detail: Readonly<Record<string, unknown>> },
  name: 'presentedNow' | 'seenBefore',
): AlertEvidence | undefined {
  const { at, ip, userAgent } = (alarm.detail[name] ?? {}) as Partial<Record<keyof AlertEvidence, unknown>>
  if (typeof at !== 'string' || Number.isNaN(Date.parse(at))) return undefined
  return { at, ip: typeof ip === 'string' ? ip : '', userAgent: typeof userAgent === 'string' ? userAgent : '' }
}
