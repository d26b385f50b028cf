/** What terminals and editors do not show as it is: control characters, bidirectional overrides, half characters. */
export const UNSEEN = /[\p{Cc}\p{Cs}\u{200e}\u{200f}\u{2028}-\u{202e}\u{2066}-\u{2069}\u{feff}]/u

/** Somebody's text in a message: at most so many characters of it, on one line, everything visible. */
export const clipped = (text: string, most: number): string =>
  (text.length > most ? `${text.slice(0, most)}…` : text).replaceAll(
    new RegExp(UNSEEN, 'gu'),
    (c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
