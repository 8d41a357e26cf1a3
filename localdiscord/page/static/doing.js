// Doing something and showing what comes of it, apart from the messages, which come by themselves.

import { openForm } from "./form.js";
import { act, events, here } from "./store.js";

export const NO_RESPONSE = "The application did not respond";

/** What only this page knows: what is being sent, and what failed. Shown below the messages. */
export const notes = [];
let counted = 0;

export function note(text, { error = false, busy = false } = {}) {
  const made = { id: (counted += 1), channel: here.channel, text, error, busy };
  notes.push(made);
  events.dispatchEvent(new CustomEvent("notes"));
  return made;
}

export function forget(made) {
  const at = notes.indexOf(made);
  if (at >= 0) notes.splice(at, 1);
  events.dispatchEvent(new CustomEvent("notes"));
}

/**
 * Do something; a form that opens is shown, what fails becomes a note. Gives whether it was sent.
 *
 * control: what was pressed, which is busy meanwhile. complain: takes what a client refuses to send.
 */
export async function done(name, asked, control = null, complain = null) {
  control?.classList.add("busy");
  control?.setAttribute("aria-busy", "true");
  const came = await act(name, asked);
  control?.classList.remove("busy");
  control?.removeAttribute("aria-busy");
  if (came.error !== undefined) {
    if (complain) complain(came.error);
    else note(came.error, { error: true });
    return false;
  }
  if (came.failed) note(NO_RESPONSE, { error: true });
  if (came.form) openForm(came.form);
  return true;
}
