/** `1 listener rule`, `2 listener rules` */
export const counted = (n: number, one: string, several = `${one}s`): string => `${n} ${n === 1 ? one : several}`
