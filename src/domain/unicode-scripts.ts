// Single-script check: UTS 39, 5.2, level "highly restrictive".

/** Script codes (ISO 15924), the frequent ones first. A letter of any other script belongs to none. */
const SCRIPTS = (
  'Latn Hani Cyrl Arab Grek Deva Hebr Hira Kana Hang Thai Beng Adlm Aghb Ahom Armi Armn Avst Bali Bamu ' +
  'Bass Batk Berf Bhks Bopo Brah Bugi Buhd Cakm Cans Cari Cham Cher Chrs Copt Cpmn Cprt Diak Dogr Dsrt ' +
  'Dupl Egyp Elba Elym Ethi Gara Geor Glag Gong Gonm Goth Gran Gujr Gukh Guru Hano Hatr Hluw Hmng Hmnp ' +
  'Hung Ital Java Kali Kawi Khar Khmr Khoj Kits Knda Krai Kthi Lana Laoo Lepc Limb Lina Linb Lisu Lyci ' +
  'Lydi Mahj Maka Mand Mani Marc Medf Mend Merc Mero Mlym Modi Mong Mroo Mtei Mult Mymr Nagm Nand Narb ' +
  'Nbat Newa Nkoo Nshu Ogam Olck Onao Orkh Orya Osge Osma Ougr Palm Pauc Perm Phag Phli Phlp Phnx Plrd ' +
  'Prti Rjng Rohg Runr Samr Sarb Saur Sgnw Shaw Shrd Sidd Sidt Sind Sinh Sogd Sogo Sora Soyo Sund Sunu ' +
  'Sylo Syrc Tagb Takr Tale Talu Taml Tang Tavt Tayo Telu Tfng Tglg Thaa Tibt Tirh Tnsa Todr Tols Toto ' +
  'Tutg Ugar Vaii Vith Wara Wcho Xpeo Xsux Yezi Yiii Zanb'
).split(' ')

/** Scripts that a language mixes: Japanese, Chinese with Bopomofo, Korean. */
const MIXTURES = [
  ['Latn', 'Hani', 'Hira', 'Kana'],
  ['Latn', 'Hani', 'Bopo'],
  ['Latn', 'Hani', 'Hang'],
]

/** Compiled when a name first needs them. */
const patterns = new Map<string, RegExp | undefined>()

/**
 * True when all characters belong to one script, or to one of the usual mixtures (by Script_Extensions). Characters that all scripts share,
 * such as combining accents, belong to each.
 */
export function isSingleScript(text: string): boolean {
  return SCRIPTS.some((script) => matchesScripts(text, [script])) || MIXTURES.some((mixture) => matchesScripts(text, mixture))
}

function matchesScripts(text: string, scripts: readonly string[]): boolean {
  const key = scripts.join()
  if (!patterns.has(key)) patterns.set(key, scriptPattern(scripts))
  return patterns.get(key)?.test(text) === true
}

/** Undefined when this runtime's Unicode version lacks the script. */
function scriptPattern(scripts: readonly string[]): RegExp | undefined {
  const classes = [...scripts, 'Common', 'Inherited'].map((script) => `\\p{Script_Extensions=${script}}`)
  try {
    return new RegExp(`^[${classes.join('')}]*$`, 'u')
  } catch {
    return undefined
  }
}
