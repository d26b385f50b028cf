const FEW = 4

/** In one line, of however many. */
export const few = (names: readonly string[]): string =>
  names.length <= FEW ? names.join(', ') : `${names.slice(0, FEW - 1).join(', ')} and ${names.length - FEW + 1} more`
