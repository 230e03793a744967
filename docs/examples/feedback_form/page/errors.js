// What went wrong, for the person at the form.

const empty = { required: true, pattern: true, minLength: true };

function words({ name, property, params, message }, value) {
  const isBlank = value === undefined || value === null || String(value).trim() === "";
  if (property?.endsWith(".label")) return "Choose a verdict.";
  if (empty[name] && isBlank) return "Please fill this in.";
  if (name === "pattern") return "This holds a character that cannot be stored.";
  if (name === "maxLength") return `Please keep it below ${params.limit + 1} characters.`;
  if (name === "minimum") return `Use a number of at least ${params.limit}.`;
  if (name === "maximum") return `Use a number of at most ${params.limit}.`;
  if (name === "type" && params.type?.includes?.("number")) return "Use a number.";
  return message;
}

// AJV's errors, as react-jsonschema-form hands them over, in plain words. The rule "not" says that
// something must be judged, which the verdict's own error says better.
export function inPlainWords(errors) {
  return errors
    .filter(({ name }) => name !== "not")
    .map((error) => ({ ...error, message: words(error, error.data) }));
}

// FastAPI's 422: what only the backend can see.
export function besideFields(details) {
  const fields = {};
  for (const { loc, msg } of details) {
    let field = fields;
    for (const step of loc.slice(1)) field = field[step] ??= {};
    (field.__errors ??= []).push(msg);
  }
  return fields;
}
