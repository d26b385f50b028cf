/** `*` stands for anything, `?` for one character, as Argo CD reads group, kind and destination. */
export const globMatches = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[\\^$+.()|[\]{}]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  ).test(text)
