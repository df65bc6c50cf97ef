// Says what is being waited for, and after a while that it takes long.

import { Loader } from '@mantine/core'
import { useEffect, useState } from 'react'
import { say } from './say.ts'

const SLOW = 5_000

export function Waiting({ text }: { readonly text: string }) {
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW)
    return () => clearTimeout(timer)
  }, [])
  return (
    <p className="waiting" role="status">
      <Loader size="xs" type="dots" aria-hidden />
      <span>
        {text} {slow && say('loadingSlow')}
      </span>
    </p>
  )
}
