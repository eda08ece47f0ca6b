import { Problem, problemOf } from "../../svar/lib/api.ts";

const TIMEOUT_MS = 15_000;

type Sent = { body?: unknown; token?: string | undefined; form?: string | undefined };

/**
 * Asks our server for JSON.
 *
 * @param sent.token the phone's own secret.
 * @param sent.form the token of the forms of somebody who is signed in.
 */
export async function ask<T>(method: string, path: string, sent: Sent = {}): Promise<T> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
  const headers: Record<string, string> = {};
  if (sent.body !== undefined) headers["Content-Type"] = "application/json";
  if (sent.token !== undefined) headers["Authorization"] = `Bearer ${sent.token}`;
  if (sent.form !== undefined) headers["X-Form-Token"] = sent.form;
  try {
    const reply = await fetch(path, {
      method,
      headers,
      ...(sent.body === undefined ? {} : { body: JSON.stringify(sent.body) }),
      credentials: path.startsWith("/stab/") ? "same-origin" : "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      signal: stop.signal,
    });
    if (!reply.ok) throw await problemOf(reply);
    const text = await reply.text();
    return (text === "" ? undefined : JSON.parse(text)) as T;
  } catch (error) {
    throw error instanceof Problem ? error : new Problem("offline");
  } finally {
    clearTimeout(timer);
  }
}

export { Problem };
