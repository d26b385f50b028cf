/**
 * As much of WebSockets as the sandbox's pods and their callers speak: messages of text in one frame each, and an orderly
 * end. https://www.rfc-editor.org/rfc/rfc6455
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const TEXT = 1
const CLOSE = 8
/** What ends because its server does. */
export const GOING_AWAY = 1001
export const NORMAL = 1000

export interface WebSocketEnd {
  send(text: string): void
  /** Says so to the other end, which answers the same; then the connection ends. */
  close(code: number): void
}

export const newKey = (): string => randomBytes(16).toString('base64')
export const acceptOf = (key: string): string => createHash('sha1').update(`${key}${GUID}`).digest('base64')

/**
 * What is spoken over a connection once it is upgraded. `masks`: as clients must. `heard` is told of each message, `ended`
 * once: with the code that either end said, or with none where the connection broke off.
 */
export function webSocketOver(
  socket: Duplex,
  options: {
    /** What came with the request that was upgraded. */
    readonly head?: Buffer
    readonly masks: boolean
    readonly heard: (text: string) => void
    readonly ended: (code: number | undefined) => void
  },
): WebSocketEnd {
  const { masks, heard, ended } = options
  let code: number | undefined
  let said = false
  let over = false
  const write = (opcode: number, payload: Buffer) => {
    if (!socket.destroyed && socket.writable) socket.write(frame(opcode, payload, masks))
  }
  const close = (why: number) => {
    if (said) return
    said = true
    code ??= why
    const payload = Buffer.alloc(2)
    payload.writeUInt16BE(why)
    write(CLOSE, payload)
  }
  const read = frames((opcode, payload) => {
    // Behind its own goodbye an end says nothing, so that whoever asked asks again elsewhere.
    if (opcode === TEXT) return said ? undefined : heard(payload.toString('utf8'))
    if (opcode !== CLOSE) return
    code ??= payload.length >= 2 ? payload.readUInt16BE(0) : NORMAL
    close(code)
    socket.end()
  })
  // Before anything else, and not before whoever asked for this end has it: what is heard may be answered.
  if (options.head && options.head.length > 0) socket.unshift(options.head)
  socket.on('data', read)
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    if (!over) ended(code)
    over = true
  })
  return { send: (text) => write(TEXT, Buffer.from(text)), close }
}

function frame(opcode: number, payload: Buffer, masked: boolean): Buffer {
  if (payload.length > 65_535) throw new Error(`a message of ${payload.length} bytes is longer than the sandbox sends`)
  const long = payload.length > 125
  const head = Buffer.alloc(long ? 4 : 2)
  head[0] = 0x80 | opcode
  head[1] = (masked ? 0x80 : 0) | (long ? 126 : payload.length)
  if (long) head.writeUInt16BE(payload.length, 2)
  if (!masked) return Buffer.concat([head, payload])
  const mask = randomBytes(4)
  return Buffer.concat([head, mask, unmasked(payload, mask)])
}

/** Whole frames of whatever comes in. */
function frames(each: (opcode: number, payload: Buffer) => void): (chunk: Buffer) => void {
  let left: Buffer = Buffer.alloc(0)
  return (chunk) => {
    left = Buffer.concat([left, chunk])
    for (;;) {
      const [first = 0, second = 0] = left
      const masked = (second & 0x80) !== 0
      const long = (second & 0x7f) === 126
      const at = 2 + (long ? 2 : 0) + (masked ? 4 : 0)
      if (left.length < at) return
      const length = long ? left.readUInt16BE(2) : second & 0x7f
      if (left.length < at + length) return
      const payload = left.subarray(at, at + length)
      each(first & 0x0f, masked ? unmasked(payload, left.subarray(at - 4, at)) : payload)
      left = left.subarray(at + length)
    }
  }
}

const unmasked = (payload: Buffer, mask: Buffer): Buffer =>
  Buffer.from(payload.map((byte, n) => byte ^ (mask[n % 4] ?? 0)))
