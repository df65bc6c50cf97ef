// The public page, prerendered at build time.

import Link from 'next/link'
import { menu } from '../lib/orders'

export default async function Home() {
  const drinks = await menu()
  return (
    <main>
      <h1>Tea house</h1>
      <p>We have {drinks.join(', ')}.</p>
      <p>
        <Link href="/orders" prefetch={false}>
          Your orders
        </Link>
      </p>
    </main>
  )
}
