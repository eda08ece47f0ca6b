import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { suggestsDanger } from "../lib/danger.ts";
import { t } from "../lib/i18n.ts";
import { marks } from "../lib/identifying.ts";
import { fetchPhrases, phrases } from "../lib/phrases.ts";
import { Clues } from "./Clues.tsx";
import { Marked } from "./Marked.tsx";
import "./Writing.css";

type Props = {
  id: string;
  text: string;
  /** Most characters. */
  limit: number;
  /** Words that tell nothing of the writer, in lower case. */
  known: ReadonlySet<string>;
  onInput: (text: string) => void;
  /** The words suggest that somebody may be in danger. */
  onDanger: () => void;
  /** What comes up right below the field. */
  children: ComponentChildren;
};

const NEAR = 300;
const PAUSE_MS = 600;

/** A field for a story, in which what may tell who wrote it is marked when the writer pauses. */
export function Writing({ id, text, limit, known, onInput, onDanger, children }: Props) {
  const settled = useSignal("");
  const found = marks(settled.value, known);
  const room = limit - text.length;

  useEffect(() => void fetchPhrases(), []);

  useEffect(() => {
    const timer = setTimeout(() => {
      settled.value = text;
      if (suggestsDanger(text)) onDanger();
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, phrases()]);

  // What stands after a change has moved; it is marked anew at the next pause.
  let same = 0;
  while (same < text.length && text[same] === settled.value[same]) same++;

  return (
    <>
      <div class="writing">
        <p aria-hidden="true">
          <Marked text={text} marks={found.filter(({ end }) => end <= same)} />
          {/* A last line that is empty counts too. */ "\u200b"}
        </p>
        <textarea
          id={id}
          rows={1}
          maxlength={limit}
          autocomplete="off"
          spellcheck={false}
          translate={false}
          aria-describedby={`${id}-hint`}
          value={text}
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
        />
      </div>
      <p class="writing-room quiet" role="status">
        {room <= NEAR ? t("story.left", { count: room }) : ""}
      </p>
      <div role="status">{children}</div>
      <Clues text={settled.value} marks={found} />
    </>
  );
}
