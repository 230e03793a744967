"""Say what a span was about in OpenInference's words, which Phoenix shows."""

from __future__ import annotations

from dataclasses import dataclass

_MODEL = "support-small-2"

Attributes = dict[str, str | int | float]


@dataclass(frozen=True)
class Document:
    """A page that a retriever found."""

    id: str
    content: str
    score: float


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One question to an assistant, what was found, and what was answered.

    Attributes:
        retrieval_ms: How long the search took.
        llm_ms: How long the model took.
    """

    question: str
    documents: tuple[Document, ...]
    answer: str
    retrieval_ms: int = 120
    llm_ms: int = 1_400


def chain_attributes(example: Answered) -> Attributes:
    """Describe the whole answer: the question in, the answer out."""
    return {
        "openinference.span.kind": "CHAIN",
        "input.value": example.question,
        "output.value": example.answer,
    }


def retriever_attributes(example: Answered) -> Attributes:
    """Describe the search: the question in, the pages found out."""
    attributes: Attributes = {
        "openinference.span.kind": "RETRIEVER",
        "input.value": example.question,
    }
    for number, document in enumerate(example.documents):
        prefix = f"retrieval.documents.{number}.document"
        attributes[f"{prefix}.id"] = document.id
        attributes[f"{prefix}.content"] = document.content
        attributes[f"{prefix}.score"] = document.score
    return attributes


def llm_attributes(example: Answered) -> Attributes:
    """Describe the model's call: what it was shown, what it wrote, and the tokens."""
    context = "\n".join(document.content for document in example.documents)
    system = f"Answer from these help pages only:\n{context}"
    prompt_tokens = _tokens(system + example.question)
    answer_tokens = _tokens(example.answer)
    return {
        "openinference.span.kind": "LLM",
        "llm.model_name": _MODEL,
        "llm.input_messages.0.message.role": "system",
        "llm.input_messages.0.message.content": system,
        "llm.input_messages.1.message.role": "user",
        "llm.input_messages.1.message.content": example.question,
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": example.answer,
        "llm.token_count.prompt": prompt_tokens,
        "llm.token_count.completion": answer_tokens,
        "llm.token_count.total": prompt_tokens + answer_tokens,
        "input.value": example.question,
        "output.value": example.answer,
    }


def _tokens(text: str) -> int:
    return len(text) // 4 + 1
