/** As the platform file writes this person: the case of letters does not make another person of an address. */
export const spelled = (people: readonly string[], who: string): string =>
  people.find((p) => p === who) ?? people.find((p) => p.toLowerCase() === who.toLowerCase()) ?? who
