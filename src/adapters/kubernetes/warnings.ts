/**
 * The texts of a `Warning` header, of which fetch joins several by a comma: `299 - "batch/v1beta1 is deprecated"`.
 * https://kubernetes.io/blog/2020/09/03/warnings/
 */
export const warningsIn = (header: string | undefined): string[] =>
  [...(header ?? '').matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1'))
