// The user accounts of the lab.

export const DEMO_USER = { username: 'ada', password: 'blue-tulip-under-7-moons' }

/** The attacker's account, for login CSRF. */
export const ATTACKER = { username: 'mallory', password: 'four-violet-trams-in-rain' }
