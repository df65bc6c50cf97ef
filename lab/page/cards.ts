// Result cards: for each action what was sent, the response, the explanation, and whether the server state changed.

import { texts } from './api.ts'
import { make, mark } from './elements.ts'

export interface ResultCard {
  readonly title: string
  readonly lines?: readonly {
    readonly tried: string
    readonly sent?: string
    readonly ok: boolean
    readonly answered: string
    readonly why: string
  }[]
  readonly note?: string
  readonly changed?: boolean
}

const MAX_CARDS = 4

export function addCard({ title, lines = [], note, changed }: ResultCard): void {
  const cards = document.getElementById('cards')
  if (cards === null) return
  const attempts = lines.map(({ tried, sent, ok, answered, why }) =>
    make(
      'dl',
      '',
      row(texts.tried, tried),
      sent !== undefined && row(texts.sent, sent),
      row(texts.answered, mark(ok, answered)),
      row(texts.why, why),
    ),
  )
  const card = make(
    'article',
    'card',
    make('h3', '', title),
    note !== undefined && make('p', '', note),
    ...attempts,
    changed !== undefined && make('p', 'changed', `${texts.changed}: `, make('strong', '', changed ? texts.yes : texts.no)),
  )
  cards.querySelector('p.soft')?.remove()
  cards.prepend(card)
  for (const old of [...cards.children].slice(MAX_CARDS)) old.remove()
}

function row(name: string, value: string | Node): HTMLElement {
  return make('div', '', make('dt', '', name), make('dd', '', value))
}
