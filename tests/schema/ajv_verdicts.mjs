// Says what AJV thinks of documents. The first line of standard input is a schema; each further line
// is a document, written as a JSON string; the answer to each is a line with 1 (valid) or 0.

import { createInterface } from "node:readline";
import Ajv2020 from "ajv/dist/2020.js";

function parsed(text) {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

let validate;
for await (const line of createInterface({ input: process.stdin })) {
  if (validate === undefined) {
    // Strict, so that a keyword that AJV does not know or cannot use is an error.
    validate = new Ajv2020({ strict: true }).compile(JSON.parse(line));
    continue;
  }
  const document = parsed(JSON.parse(line));
  process.stdout.write(document !== null && validate(document.value) ? "1\n" : "0\n");
}
