type Program = 'temporal' | 'temporal-test-server'
export const cache: string
export function find(name: Program): string | undefined
export function bring(name: Program, say: (text: string) => void): Promise<string>
