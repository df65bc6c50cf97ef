// The value of a new service key, to be copied.

import { Button } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { FormStatus } from '../shared/form-status.tsx'
import { t } from './i18n.ts'
import type { NewServiceKey } from './keys.ts'

interface NewKeyValueProps {
  readonly created: NewServiceKey
  readonly onDone: () => void
}

export function NewKeyValue({ created: { id, service, key }, onDone }: NewKeyValueProps) {
  const [isCopied, setCopied] = useState<boolean>()
  const heading = useRef<HTMLHeadingElement>(null)
  const value = useRef<HTMLElement>(null)
  useEffect(() => heading.current?.focus(), [])

  async function copy() {
    try {
      await navigator.clipboard.writeText(key)
      setCopied(true)
    } catch {
      // The clipboard needs a secure context, and browsers may refuse it.
      if (value.current !== null) getSelection()?.selectAllChildren(value.current)
      setCopied(false)
    }
  }

  const title = t('newKeyTitle', { id, service })
  return (
    <section className="new-key" aria-label={title}>
      <h3 tabIndex={-1} ref={heading}>
        {title}
      </h3>
      <p>{t('newKeyText')}</p>
      <div className="value">
        <pre>
          <code ref={value}>{key}</code>
        </pre>
        <Button onClick={() => void copy()}>{t('copy')}</Button>
      </div>
      <FormStatus failure={isCopied === false ? t('notCopied') : undefined} done={isCopied ? t('copied') : undefined} />
      <div className="actions">
        <Button variant="default" onClick={onDone}>
          {t('newKeyDone')}
        </Button>
      </div>
    </section>
  )
}
