/** 128 bits or more that nobody can guess, as base64url. */
export function secret(bytes = 16): string {
  const drawn = crypto.getRandomValues(new Uint8Array(bytes));
  return btoa(String.fromCharCode(...drawn)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** A random UUID (RFC 9562, version 4), also on a page that did not come over https. */
export function uuid(): string {
  const drawn = crypto.getRandomValues(new Uint8Array(16));
  drawn[6] = (drawn[6]! & 0x0f) | 0x40;
  drawn[8] = (drawn[8]! & 0x3f) | 0x80;
  const hex = Array.from(drawn, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
