// A section of a page with its own heading.

import type { ReactNode, Ref } from 'react'

interface CardProps {
  readonly id: string
  readonly title: string
  readonly lead?: string
  readonly action?: ReactNode
  readonly danger?: boolean
  /** Receives the focus when the focused element is removed. */
  readonly headingRef?: Ref<HTMLHeadingElement>
  readonly children: ReactNode
}

export function Card({ id, title, lead, action, danger = false, headingRef, children }: CardProps) {
  return (
    <section className={danger ? 'card danger' : 'card'} id={id} aria-labelledby={`${id}-title`}>
      <div className="card-head">
        <div>
          <h2 id={`${id}-title`} tabIndex={-1} ref={headingRef}>
            {title}
          </h2>
          {lead !== undefined && <p className="soft">{lead}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  )
}
