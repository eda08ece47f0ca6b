import { effect, signal, untracked } from "@preact/signals";
import { language } from "./i18n.ts";
import { left, place, step } from "./place.ts";

// What stands in a field or is said about it is the person's own: never read aloud by itself.
const READ = "h1, h2, legend, p, dt, dd, label, li";
const QUIET = "button:not(.choice), textarea, [role=status], [role=alert], [aria-live], [aria-hidden=true], [hidden]";
// Hidden from screen readers, which get the same from sliders; to be heard, they are read.
const POLES = ".pole, .plane p";

// Hardly any phone has a nynorsk voice; a bokmål one can be followed.
const VOICES: Record<string, readonly string[]> = { nb: ["nb", "no"], nn: ["nn", "nb", "no"] };

const synth = typeof speechSynthesis === "undefined" ? null : speechSynthesis;
const voices = signal<readonly SpeechSynthesisVoice[]>([]);
const speaking = signal(false);
let turn = 0;

const listen = () => (voices.value = synth?.getVoices().filter((one) => one.localService) ?? []);
listen();
synth?.addEventListener?.("voiceschanged", listen);
addEventListener("pagehide", hush);
effect(() => {
  void [place(), step(), left(), language()];
  untracked(hush);
});

export const isSpeaking = () => speaking.value;

/** Whether this device itself has a voice for the page's language: no text goes to a server. */
export const canSpeak = () => voiceOf(language()) !== undefined;

/** Reads the texts below an element aloud, each in its own language. */
export function speak(element: Element): void {
  hush();
  const mine = ++turn;
  const parts = [...element.querySelectorAll<HTMLElement>(READ)].filter(
    (one) => (one.matches(POLES) || !one.closest(QUIET)) && !one.parentElement?.closest(READ),
  );
  for (const part of parts) {
    const voice = voiceOf(part.closest<HTMLElement>("[lang]")?.lang ?? language());
    if (voice === undefined) continue;
    const said = new SpeechSynthesisUtterance(textOf(part));
    said.voice = voice;
    said.lang = voice.lang.replace("_", "-");
    said.onerror = said.onend = () => {
      if (mine === turn && part === parts[parts.length - 1]) speaking.value = false;
    };
    speaking.value = true;
    synth?.speak(said);
  }
}

export function hush(): void {
  turn += 1;
  speaking.value = false;
  synth?.cancel();
}

function voiceOf(wanted: string): SpeechSynthesisVoice | undefined {
  for (const tag of VOICES[wanted] ?? [wanted]) {
    const found = voices.value.find(({ lang }) => lang.toLowerCase().split(/[-_]/)[0] === tag);
    if (found !== undefined) return found;
  }
  return undefined;
}

function textOf(part: HTMLElement): string {
  const copy = part.cloneNode(true) as HTMLElement;
  copy.querySelectorAll(QUIET).forEach((one) => one.remove());
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}
