// A loading indicator, which adds a note when the server is slow.

import { Loader } from '@mantine/core'
import { useEffect, useState } from 'react'
import { t } from './i18n.ts'

const SLOW_MS = 5_000

export function Loading({ text }: { readonly text: string }) {
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <p className="waiting" role="status">
      <Loader size="xs" type="dots" aria-hidden />
      <span>
        {text} {slow && t('loadingSlow')}
      </span>
    </p>
  )
}
