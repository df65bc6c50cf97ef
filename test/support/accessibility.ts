// What axe finds wrong with a page that matters: serious and critical.

import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** @param part a selector; the whole page by default */
export async function seriousViolations(page: Page, part = 'html'): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).include(part).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target).join(', ')}`)
}
