import type { Localised } from "./languages.ts";
import { storiesHash, type Proposed, type Sealed, type Theme } from "./proposals.ts";
import { solve, type Challenge, type Work } from "./work.ts";

export type Status = "open" | "closed" | "upcoming" | "blocked" | "unapproved" | "waiting" | "full";
export type Option = { value: number; label: Localised };
export type Service = { key: string; name: Localised };
export type Helpline = { name: Localised; number: string; note: Localised };

/** Asked only of those who gave one of these answers to another question. */
export type When = { item: string; any: (number | string)[] };
/** One of the poles of a triad or dyad, or one stone. */
export type Mark = { id: string; label: Localised };
export type Axis = { min: Localised; max: Localised };

type Asked = {
  id: string;
  text: Localised;
  stem?: Localised;
  dont_know?: Localised;
  when?: When;
  /** Blocks of a group change places; the questions of a block stay together. */
  order?: { group: string; block: number };
  /** Questions with the same name here change places. */
  within?: string;
};
export type ServicesQuestion = Asked & { type: "services" };
export type StoryQuestion = Asked & { type: "story"; max_length: number; prompts?: Prompt[] };
/** One of the stories to choose from; the text is sent under its id. */
export type Prompt = { id: string; text: Localised };
export type ChoiceQuestion = Asked & { type: "choice"; options: Option[] };
export type ScaleQuestion = Asked & {
  type: "scale";
  min: number;
  max: number;
  anchor_min: Localised;
  anchor_max: Localised;
};
/** A face goes from 1, sad, to 5, glad. */
export type SmileysQuestion = Asked & { type: "smileys"; options: (Option & { face: number })[] };
/** `alone`: an option that excludes the others. `most`: how many may be chosen. */
export type MultipleQuestion = Asked & {
  type: "multiple";
  options: (Option & { alone?: boolean })[];
  most: number | null;
};
export type RankingQuestion = Asked & { type: "ranking"; options: Option[] };
export type TriadQuestion = Asked & { type: "triad"; poles: Mark[] };
export type DyadQuestion = Asked & { type: "dyad"; poles: Mark[] };
export type StonesQuestion = Asked & { type: "stones"; stones: Mark[]; x: Axis; y: Axis };
export type AgeQuestion = Asked & {
  type: "age_band";
  options: { value: string; label: Localised }[];
};
export type Question =
  | ServicesQuestion
  | StoryQuestion
  | ChoiceQuestion
  | ScaleQuestion
  | SmileysQuestion
  | MultipleQuestion
  | RankingQuestion
  | TriadQuestion
  | DyadQuestion
  | StonesQuestion
  | AgeQuestion;

/** Who signs invitations: an address, and the public key that the round pins, in base64. */
export type Signer = { signer: string; key: string };

/** Which researchers may read stories, and of which ages a teller is asked. */
export type Research = { who: Localised; ages: string[] };

/** What lets an answer into an invited round. */
export type Token = { message: string; randomizer: string; signature: string };

export type Round = {
  code: string;
  /** Null where whoever has the code may answer. */
  invited: Signer | null;
  title: Localised;
  organisation: Localised;
  languages: string[];
  status: Status;
  /** Shown as it will be, before it opens: nothing of what is answered is sent or kept. */
  preview: boolean;
  opens: string | null;
  closes: string | null;
  readers: Localised;
  mandate: Localised;
  /** Null where nobody is asked. */
  research: Research | null;
  services: Service[];
  helplines: Helpline[];
  questions: Question[];
  previous: { code: string } | null;
  /** This round's own "Hva skjedde" card is published. */
  card: boolean;
  work: Challenge;
};

/** Where each stone lies, from the left and from below. */
export type Points = Readonly<Record<string, readonly number[]>>;
/** An option; some options, or the shares of a triad or dyad; stones. */
export type Answer = number | "dont_know" | readonly number[] | Points;

export type ResponseBody = {
  receipt_hash: string;
  language: string;
  services: string[];
  age_band: string | null;
  /** As they were written. */
  stories: Record<string, string>;
  /** As a proposal gave them back. */
  sealed: Record<string, Sealed>;
  answers: Record<string, Answer>;
  /** Researchers may read the stories. */
  research?: true;
  token?: Token;
};

export type Told = { language: string; stories: Record<string, string> };
export type Proposals = { stories: Record<string, Proposed>; themes: Theme[] };

/** How many stories tell of a theme or an area, from a release: x of n, rounded alike. */
export type Mention = {
  id: string;
  label: Localised;
  x: number;
  n: number;
  about: Localised;
  between: Localised;
  published: string;
};

export type Others = {
  /** From so many answers on there is something to see. */
  least: number;
  /** The round that it is from: this one, or the one before; null before there is a release. */
  round: string | null;
  published: string | null;
  themes: Mention[];
  areas: Mention[];
};

/** What went wrong, as a code with a message in the catalogue. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly retryAfter: number | null = null,
    /** HTTP status; null when no reply was read. */
    readonly status: number | null = null,
  ) {
    super(code);
  }

  /** The server said no, so this try is not kept. Anything else may have arrived all the same. */
  get refused(): boolean {
    return this.status !== null && this.status >= 400 && this.status < 500;
  }

  /** What was sent is wrong, so an earlier try with the same content was not kept either. */
  get refusedContent(): boolean {
    return (this.status === 400 && !this.code.startsWith("work_")) || this.status === 413;
  }
}

const TIMEOUT_MS = 30_000;
const CHALLENGES = 3;
/** Zero bits beyond which a challenge is not ours. */
const HARDEST = 24;

/** Requests are filled up to this many bytes, or twice, four times … as many: no length tells. */
const SMALLEST_REQUEST = 4096;
const LARGEST_REQUEST = 128 * 1024;

// Replies from something in front of the server, which say only a status.
const WORDLESS: Record<number, string> = { 413: "too_large", 429: "busy", 503: "busy" };

/** A round; with the token of its preview, its questions before it opens. */
export function getRound(code: string, token?: string): Promise<Round> {
  const asked = token === undefined ? "" : `?preview=${encodeURIComponent(token)}`;
  return call<Round>(addressOf(code) + asked);
}

export function addressOf(code: string): string {
  return `/api/rounds/${encodeURIComponent(code)}`;
}

/** What a page of the server says, without its title and its way back. */
export async function getStatement(address: string): Promise<Node[]> {
  const html = await call<string>(address, undefined, (reply) => reply.text());
  const main = new DOMParser().parseFromString(html, "text/html").querySelector("main");
  main?.querySelectorAll("h1, .back").forEach((part) => part.remove());
  return [...(main?.childNodes ?? [])];
}

export function getOthers(code: string): Promise<Others> {
  return call<Others>(`${addressOf(code)}/others`);
}

/** Sends an answer, with proof of work done for it. */
export async function sendResponse(code: string, body: ResponseBody): Promise<void> {
  const path = `${addressOf(code)}/responses`;
  const { status } = await withWork(code, body.receipt_hash, (work) =>
    call<{ status?: string }>(path, { ...body, work }),
  );
  // Something between us and the server may answer for it, as the page of a guest network does.
  if (status !== "received") throw new Problem("offline");
}

/** Asks for stories without names and for themes, with work done for those very texts. */
export async function getProposals(
  { code, work: challenge }: Round,
  told: Told,
  stop: AbortController,
): Promise<Proposals> {
  const path = `/api/rounds/${encodeURIComponent(code)}/proposals`;
  const subject = await storiesHash(told.stories);
  prepareWork(subject, challenge);
  return withWork(code, subject, (work) =>
    call<Proposals>(path, { ...told, work }, undefined, stop),
  );
}

const works = new Map<string, Promise<Work>>();

/** Begins work that sending will ask for; `subject` is what it is done for: a hash. */
export function prepareWork(subject: string, challenge: Challenge): void {
  if (challenge.bits <= HARDEST && !works.has(subject))
    works.set(subject, solve(challenge, subject));
}

/** Sends something with its work; where the challenge has grown old, with that of a new one. */
async function withWork<T>(
  code: string,
  subject: string,
  send: (work: Work) => Promise<T>,
): Promise<T> {
  for (let challenges = 1; ; challenges++) {
    if (!works.has(subject))
      prepareWork(subject, await call(`${addressOf(code)}/work`));
    const work = works.get(subject);
    // Something between us and the server answered, or asks for more than anybody can do.
    if (work === undefined) throw new Problem("offline");
    try {
      const reply = await send(await work);
      works.delete(subject);
      return reply;
    } catch (error) {
      const expired = error instanceof Problem && error.code === "work_expired";
      if (expired) works.delete(subject);
      if (!expired || challenges === CHALLENGES) throw error;
    }
  }
}

/** Withdraws an answer; what does so is derived from its receipt. */
export async function withdrawResponse(code: string, withdraw: string): Promise<void> {
  const path = `${addressOf(code)}/withdrawals`;
  const { status } = await call<{ status: string }>(path, { withdraw });
  if (status !== "withdrawn") throw new Problem("unknown_receipt", null, 404);
}

// As the server's hints ask for it (server/collect/hints.py), or the browser would ask twice.
const READING: RequestInit = { credentials: "same-origin" };

const sending = (body: unknown): RequestInit => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: filled(JSON.stringify(body)),
  credentials: "omit",
  cache: "no-store",
});

/** Asks a server for JSON, ours or the signer; nothing goes along that tells who asks. */
export async function call<T>(
  path: string,
  body?: unknown,
  read = (reply: Response): Promise<unknown> => reply.json(),
  stop = new AbortController(),
): Promise<T> {
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
  try {
    const reply = await fetch(path, {
      ...(body === undefined ? READING : sending(body)),
      referrerPolicy: "no-referrer",
      signal: stop.signal,
    });
    if (reply.ok) return (await read(reply)) as T;
    throw await problemOf(reply);
  } catch (error) {
    throw error instanceof Problem ? error : new Problem("offline");
  } finally {
    clearTimeout(timer);
  }
}

/** JSON with spaces after it. */
function filled(json: string): string {
  const length = new TextEncoder().encode(json).length;
  let size = SMALLEST_REQUEST;
  while (size < length) size *= 2;
  return size > LARGEST_REQUEST ? json : json + " ".repeat(size - length);
}

/** What a reply says went wrong. */
export async function problemOf(reply: Response): Promise<Problem> {
  const seconds = Number.parseInt(reply.headers.get("Retry-After") ?? "", 10);
  const retryAfter = Number.isNaN(seconds) ? null : seconds;
  const body: unknown = await reply.json().catch(() => null);
  if (typeof body === "object" && body !== null && "code" in body && typeof body.code === "string")
    return new Problem(body.code, retryAfter, reply.status);
  return new Problem(WORDLESS[reply.status] ?? "unexpected", retryAfter, reply.status);
}
