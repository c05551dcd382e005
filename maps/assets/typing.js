// Tells the server of a field while somebody types into it, not only when it is left: a moment
// after the last key the field gets an Enter, which keeps the place of the cursor.
const PAUSE_MS = 500;

export default ({ data }) => {
  let timer;
  const typed = ({ target, isTrusted }) => {
    if (!isTrusted || !data.labels.includes(target.getAttribute?.("aria-label"))) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const enter = { key: "Enter", code: "Enter", bubbles: true };
      target.dispatchEvent(new KeyboardEvent("keydown", enter));
    }, PAUSE_MS);
  };
  document.addEventListener("input", typed);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("input", typed);
  };
};
