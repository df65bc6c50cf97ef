// Checks a page with axe for serious and critical violations.

import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** @param part a selector; default: the whole page */
export async function seriousViolations(page: Page, part = 'html'): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).include(part).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target).join(', ')}`)
}
