/**
 * V8 keeps texts of Latin-1 characters in one byte each, and all others in two. What is cut from a text of two bytes a character
 * keeps them, whatever it says, and so does all that is made with it: one dash in a comment of a template would make everything
 * that it renders twice as long and slower to search, compare, print and encode.
 */

const WIDE = /[^\0-\xff]/

/** Whether what is cut from the text should be made narrow. */
export function isWide(text: string): boolean {
  return WIDE.test(text)
}

/** The same text, in one byte a character where it can be. */
export function narrow(text: string): string {
  // JSON's reader is the one of V8's that looks.
  return JSON.parse(JSON.stringify(text)) as string
}
