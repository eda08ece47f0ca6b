// SHA-256 (FIPS 180-4), for two things that crypto.subtle does not do: thousands of short hashes
// without a promise for each, and any hash at all on a page that did not come over https.

const BLOCK = 64;
/** A message is followed by one bit, and its length in eight bytes. */
const MARK = 9;
const DIGITS = 10;
const ZERO = 0x30;
const NINE = 0x39;

const primes: number[] = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);

const fraction = (root: number) => ((root % 1) * 2 ** 32) | 0;
const K = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const START = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

const schedule = new Int32Array(64);

/** Takes one block of bytes, from `offset` on, into a state of eight words. */
function take(state: Int32Array, bytes: DataView, offset: number): void {
  const w = schedule;
  for (let i = 0; i < 16; i++) w[i] = bytes.getInt32(offset + 4 * i);
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!;
    const y = w[i - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}

/** A message on its way: the state after its first whole blocks, and all that follows them. */
class Ending {
  private readonly start = START.slice();
  private readonly view: DataView;
  readonly bytes: Uint8Array;

  /** Takes whole blocks of what is `fixed` at the beginning; the rest may change before `hash`. */
  constructor(message: Uint8Array, fixed: number) {
    const whole = fixed - (fixed % BLOCK);
    const view = new DataView(message.buffer, message.byteOffset);
    for (let offset = 0; offset < whole; offset += BLOCK) take(this.start, view, offset);
    const rest = message.length - whole;
    this.bytes = new Uint8Array(Math.ceil((rest + MARK) / BLOCK) * BLOCK);
    this.bytes.set(message.subarray(whole));
    this.bytes[rest] = 0x80;
    this.view = new DataView(this.bytes.buffer);
    this.view.setUint32(this.bytes.length - 4, 8 * message.length);
  }

  hash(): Int32Array {
    const state = this.start.slice();
    for (let offset = 0; offset < this.bytes.length; offset += BLOCK) take(state, this.view, offset);
    return state;
  }
}

/** SHA-256 of some bytes. */
export function digest(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const found = new DataView(new ArrayBuffer(32));
  new Ending(message, message.length).hash().forEach((word, i) => found.setInt32(4 * i, word));
  return new Uint8Array(found.buffer);
}

/** Hashes of a message that ends in a number, for one number after the other from 0. */
export class Counter {
  private readonly ending: Ending;
  private readonly first: number;
  private readonly end: number;

  constructor(prefix: Uint8Array) {
    const message = new Uint8Array(prefix.length + DIGITS).fill(ZERO);
    message.set(prefix);
    this.ending = new Ending(message, prefix.length);
    this.first = prefix.length % BLOCK;
    this.end = this.first + DIGITS;
  }

  /** The number, written in digits. */
  get number(): string {
    return String.fromCharCode(...this.ending.bytes.subarray(this.first, this.end));
  }

  /** How many zero bits the hash begins with; 32 stands for that many or more. */
  zeros(): number {
    return Math.clz32(this.ending.hash()[0]!);
  }

  /** Goes on to the next number. */
  advance(): void {
    const { bytes } = this.ending;
    let place = this.end - 1;
    while (bytes[place] === NINE) bytes[place--] = ZERO;
    bytes[place]!++;
  }
}
