// What an alarm in the record tells: when and from where a remembered login was presented, and where it was seen before.

export interface AlertEvidence {
  /** ISO 8601. */
  readonly at: string
  readonly ip: string
  readonly userAgent: string
}

/** Undefined where the record does not hold one: its detail is data, and read as such. */
export function parseAlertEvidence(
  alarm: { readonly detail: Readonly<Record<string, unknown>> },
  name: 'presentedNow' | 'seenBefore',
): AlertEvidence | undefined {
  const { at, ip, userAgent } = (alarm.detail[name] ?? {}) as Partial<Record<keyof AlertEvidence, unknown>>
  if (typeof at !== 'string' || Number.isNaN(Date.parse(at))) return undefined
  return { at, ip: typeof ip === 'string' ? ip : '', userAgent: typeof userAgent === 'string' ? userAgent : '' }
}
