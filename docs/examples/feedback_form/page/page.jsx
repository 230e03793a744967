// The page: a list of answers, and a form for one of them that is drawn from the rubric's schema.

import { useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import Form from "@rjsf/core";
import { customizeValidator } from "@rjsf/validator-ajv8";
import Ajv2020 from "ajv/dist/2020.js";
import { templates, uiSchema, widgets } from "./looks.jsx";
import { besideFields, inPlainWords } from "./errors.js";

const validator = customizeValidator({ AjvClass: Ajv2020 });

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("The server of this page does not answer.");
  }
  const body = await response.json().catch(() => null);
  if (response.ok) return body;
  const detail = body?.detail;
  const error = new Error(typeof detail === "string" ? detail : "Something went wrong.");
  error.fields = Array.isArray(detail) ? besideFields(detail) : null;
  throw error;
}

function send(judgement) {
  const headers = { "content-type": "application/json" };
  return ask("judgements", { method: "POST", headers, body: JSON.stringify(judgement) });
}

function focusOnFirstWrongField() {
  // Once the errors are on the page. The library's own order of errors is not the page's.
  setTimeout(() => document.querySelector(".wrong input, .wrong textarea")?.focus());
}

function Traces({ traces, current, verdicts, choose }) {
  const nav = useRef(null);
  useEffect(() => {
    const button = nav.current.querySelector("[aria-current]");
    button.scrollIntoView({ block: "nearest", inline: "center" });
  }, [current]);
  return (
    <nav ref={nav} aria-label="Answers">
      <p className="progress">
        {Object.keys(verdicts).length} of {traces.length} judged
      </p>
      <ol>
        {traces.map(({ trace_id, question }, at) => (
          <li key={trace_id}>
            <button
              type="button"
              aria-current={at === current ? "true" : undefined}
              aria-label={`Answer ${at + 1}${verdicts[trace_id] ? ", judged" : ""}: ${question}`}
              onClick={() => choose(at)}
            >
              <span className="number">{verdicts[trace_id] ? "✓" : at + 1}</span>
              <span className="question">{question}</span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Judgement({ schema, draft, keepDraft, onStored }) {
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const [wasRefused, setWasRefused] = useState(false);

  async function submit({ formData }) {
    setBusy(true);
    setProblem(null);
    try {
      await send(formData);
      onStored(formData);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  function onKeyDown(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.currentTarget.querySelector("form").requestSubmit();
    }
  }

  return (
    <div onKeyDown={onKeyDown}>
      <Form
        schema={schema}
        uiSchema={uiSchema}
        templates={templates}
        widgets={widgets}
        validator={validator}
        formData={draft}
        extraErrors={problem?.fields ?? undefined}
        transformErrors={inPlainWords}
        showErrorList={false}
        focusOnFirstError={focusOnFirstWrongField}
        noHtml5Validate
        liveValidate={wasRefused}
        disabled={busy}
        onChange={({ formData }) => keepDraft(formData)}
        onError={() => setWasRefused(true)}
        onSubmit={submit}
      >
        {problem && (
          <p className="problem" role="alert">
            <strong>{problem.message}</strong> What you typed is still here.
          </p>
        )}
        <div className="actions">
          <button type="submit" className="primary" disabled={busy}>
            {busy ? "Storing …" : "Store the verdict"}
          </button>
          <span className="hint">or press Ctrl + Enter</span>
        </div>
      </Form>
    </div>
  );
}

function Stored({ verdict, next, change }) {
  const button = useRef(null);
  useEffect(() => button.current.focus(), []);
  return (
    <div className="stored">
      <p role="status">
        Stored in Phoenix: <strong>{verdict}</strong>
      </p>
      <div className="actions">
        {next ? (
          <button ref={button} type="button" className="primary" onClick={next}>
            Next answer
          </button>
        ) : (
          <p ref={button} tabIndex={-1}>That was the last one. Thank you.</p>
        )}
        <button type="button" onClick={change}>
          Change it
        </button>
      </div>
    </div>
  );
}

function Page({ schema, traces }) {
  const [current, setCurrent] = useState(0);
  const [drafts, setDrafts] = useState({});
  const [verdicts, setVerdicts] = useState({});
  const [reviewer, setReviewer] = useState(localStorage.getItem("reviewer") ?? undefined);
  const [isOpen, setIsOpen] = useState(true);
  const heading = useRef(null);

  const { trace_id, question, answer } = traces[current];
  const unjudged = traces.findIndex((each, at) => at !== current && !verdicts[each.trace_id]);

  function choose(at) {
    setCurrent(at);
    setIsOpen(!verdicts[traces[at].trace_id]);
    heading.current.focus();
  }

  function keepDraft(draft) {
    setDrafts({ ...drafts, [trace_id]: draft });
    setReviewer(draft.identifier);
  }

  function onStored(judgement) {
    setVerdicts({ ...verdicts, [trace_id]: judgement.result.label });
    localStorage.setItem("reviewer", judgement.identifier);
    setIsOpen(false);
  }

  return (
    <>
      <Traces traces={traces} current={current} verdicts={verdicts} choose={choose} />
      <main>
        <h2 ref={heading} tabIndex={-1}>
          Answer {current + 1}
        </h2>
        <div className="conversation">
          <p className="asked">{question}</p>
          <p className="answered">{answer}</p>
        </div>
        {isOpen ? (
          <Judgement
            key={trace_id}
            schema={schema}
            draft={{ ...drafts[trace_id], trace_id, identifier: reviewer }}
            keepDraft={keepDraft}
            onStored={onStored}
          />
        ) : (
          <Stored
            key={trace_id}
            verdict={verdicts[trace_id]}
            next={unjudged === -1 ? null : () => choose(unjudged)}
            change={() => setIsOpen(true)}
          />
        )}
      </main>
    </>
  );
}

function App() {
  const [loaded, setLoaded] = useState(null);
  const [problem, setProblem] = useState(null);

  function load() {
    setProblem(null);
    Promise.all([ask("schema"), ask("traces")]).then(
      ([schema, traces]) => setLoaded({ schema, traces }),
      setProblem,
    );
  }
  useEffect(load, []);

  return (
    <>
      <header>
        <h1>Are these answers correct?</h1>
      </header>
      {problem && (
        <div className="problem alone" role="alert">
          <p>{problem.message}</p>
          <button type="button" onClick={load}>
            Try again
          </button>
        </div>
      )}
      {loaded?.traces.length === 0 && <p className="alone">There is nothing to judge yet.</p>}
      {loaded?.traces.length > 0 && <Page {...loaded} />}
    </>
  );
}

createRoot(document.getElementById("page")).render(<App />);
