"""What to read: the caller's choice, checked, and cut into questions that fit a URL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from operator import index
from typing import SupportsIndex, cast
from urllib.parse import quote

from phoenix_traces.errors import AnnotationValidationError
from phoenix_traces.failures import AnnotationFailure, Failures, Found, Trouble
from phoenix_traces.protocol.exchange import Params
from phoenix_traces.rules.fields import NO_TRACE_IDS, RESERVED_NAME
from phoenix_traces.rules.text import WHITE_SPACE, text_problem
from phoenix_traces.rules.trace_ids import NO_TRACE, not_text
from phoenix_traces.shown import shown, type_name

# The server takes 1,000 at a time, which makes a longer URL than common proxies take.
MOST_IN_A_QUESTION = 100
_MOST_BYTES_OF_IDS = 4_500
_MOST_BYTES_OF_IDENTIFIERS = 2_000
_MOST_BYTES_OF_NAMES = 2_000

# Of one text in a URL: httpx and Phoenix's own server take 64 KB of URL in all, which holds an id,
# an identifier, a name, the names to leave out and a project.
_MOST_BYTES_OF_ONE = 12_000


@dataclass(frozen=True)
class Selection:
    """A choice of what to read; None means whatever there is, and empty means nothing.

    Attributes:
        path: Where the project's annotations are, relative to the base URL.
        limit: Most annotations in all.

    Raises:
        AnnotationValidationError: when something is too long to be asked for.
    """

    path: str
    trace_ids: tuple[str, ...] | None = None
    identifiers: tuple[str, ...] | None = None
    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()
    limit: int | None = None

    def __post_init__(self) -> None:
        for field, values in (
            ("trace_ids", self.trace_ids),
            ("identifiers", self.identifiers),
            ("include_annotation_names", self.include),
            ("exclude_annotation_names", self.exclude),
        ):
            for value in values or ():
                check_length(field, value)
        size = sum(_size("exclude_annotation_names", each) for each in self.exclude)
        if size > _MOST_BYTES_OF_ONE:
            problem = (
                f"take {size:,} bytes in a URL together, and {_MOST_BYTES_OF_ONE:,} are asked for "
                "at most: name those to include instead"
            )
            raise refused("exclude_annotation_names", None, problem)

    def questions(self) -> Iterator[Params]:
        """Yield the parameters of each request, without page size and cursor."""
        exclude: dict[str, Sequence[str]] = {}
        if self.exclude:
            exclude["exclude_annotation_names"] = self.exclude
        for trace_ids, identifiers, include in product(
            _parts("trace_ids", self.trace_ids, _MOST_BYTES_OF_IDS),
            _parts("identifier", self.identifiers, _MOST_BYTES_OF_IDENTIFIERS),
            _parts("include_annotation_names", self.include, _MOST_BYTES_OF_NAMES),
        ):
            yield {**trace_ids, **identifiers, **include, **exclude}


def select(
    *,
    project_identifier: str,
    trace_ids: Iterable[str] | None = None,
    identifiers: Iterable[str] | None = None,
    include_annotation_names: Iterable[str] | None = None,
    exclude_annotation_names: Iterable[str] | None = None,
    limit: int | None = None,
) -> Selection:
    """Return a caller's choice, checked.

    Raises:
        TypeError: when a list of texts is something else.
        AnnotationValidationError: naming what is refused.
    """
    include = texts("include_annotation_names", include_annotation_names)
    exclude = texts("exclude_annotation_names", exclude_annotation_names) or ()
    if include is None or RESERVED_NAME not in include:
        exclude = tuple(dict.fromkeys((*exclude, RESERVED_NAME)))
    limit = checked_limit(limit)
    selection = Selection(
        path=annotations_path(project_identifier),
        trace_ids=texts("trace_ids", trace_ids),
        identifiers=texts("identifiers", identifiers),
        include=include,
        exclude=exclude,
        limit=limit,
    )
    if selection.trace_ids is None and selection.identifiers is None:
        raise refused(
            "trace_ids", None, "Phoenix reads by trace_ids, identifiers or both: pass one"
        )
    return selection


def annotations_path(project_identifier: str) -> str:
    """Return where the annotations of a project are read and deleted.

    Raises:
        AnnotationValidationError: when the server could not find a project by this text.
    """
    return f"v1/projects/{path_part('project_identifier', project_identifier)}/trace_annotations"


def path_part(field: str, value: str) -> str:
    """Return a name or an ID as a part of a path.

    Raises:
        AnnotationValidationError: when the server could not find anything by this text.
    """
    text = required_text(field, value)
    if "/" in text or text in (".", ".."):
        raise refused(field, text, "cannot be part of a path: use the ID instead of the name")
    check_length(field, text)
    return quote(text, safe="")


def check_length(field: str, value: str) -> None:
    """Refuse a text that is too long for a URL.

    Raises:
        AnnotationValidationError: naming the argument.
    """
    if (size := len(quote(value, safe=""))) > _MOST_BYTES_OF_ONE:
        problem = f"takes {size:,} bytes in a URL, and {_MOST_BYTES_OF_ONE:,} are asked for at most"
        raise refused(field, value, problem)


def checked_limit(limit: object) -> int | None:
    """Return a limit as it was given.

    Raises:
        TypeError: when it is no whole number.
        AnnotationValidationError: when it is below 1.
    """
    if limit is None:
        return None
    number = _whole(limit)
    if number is None:
        raise TypeError(f"limit must be a whole number or None, not {type_name(limit)}")
    if number < 1:
        raise refused("limit", number, "must be 1 or more, or None for no limit")
    return number


def _whole(value: object) -> int | None:
    # numpy's bools are integers too, which older ones warn about.
    is_bool = isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")
    if is_bool or not isinstance(value, SupportsIndex):
        return None
    try:
        return index(value)
    except TypeError:  # such as an array
        return None


def texts(field: str, values: Iterable[str] | None) -> tuple[str, ...] | None:
    """Return texts without white space around them and without repetitions.

    Args:
        field: The caller's name for them.
        values: A list, a Series, an Index or anything else that yields texts.

    Raises:
        TypeError: when it is one text, a mapping or a frame.
        AnnotationValidationError: naming every value that is refused.
    """
    if values is None:
        return None
    _refuse_what_is_no_list(field, values)
    given = list(values)
    failures = Failures()
    found = (
        Found(place, Trouble(field, problem), value)
        for place, value in enumerate(given)
        if (problem := _problem(field, value))
    )
    failures.add(found, range(len(given)))
    if failures:
        raise AnnotationValidationError(failures, total=len(given))
    return tuple(dict.fromkeys(value.strip(WHITE_SPACE) for value in given))


def _problem(field: str, value: object) -> str | None:
    is_id = field in ("trace_id", "trace_ids")
    if not isinstance(value, str):
        kind = type_name(value)
        return not_text(value) if is_id and value is not None else f"must be text, not {kind}"
    if not value.strip(WHITE_SPACE):
        return "must not be blank"
    if is_id and value.strip(WHITE_SPACE) in NO_TRACE_IDS:
        return NO_TRACE
    return text_problem(value)


def required_text(field: str, value: str) -> str:
    """Return a text without white space around it.

    Raises:
        AnnotationValidationError: when it is blank, no text, or not storable.
    """
    if problem := _problem(field, value):
        raise refused(field, value, problem)
    return value.strip(WHITE_SPACE)


def refused(field: str, value: object, problem: str) -> AnnotationValidationError:
    """Return the error about one argument."""
    given = "" if value is None else f" {shown(value)}"
    message = f"{field}:{given} {problem}"
    return AnnotationValidationError(
        [AnnotationFailure(None, None, field, value, message)], total=0
    )


def _refuse_what_is_no_list(field: str, values: object) -> None:
    if isinstance(values, (str, bytes, bytearray)):
        raise TypeError(f"{field} must be an iterable of texts, and this is one: put it in a list")
    kind = type_name(values)
    if not isinstance(values, Iterable):
        raise TypeError(f"{field} must be an iterable of texts, not {kind}")
    if isinstance(values, Mapping) or hasattr(cast("object", values), "columns"):
        raise TypeError(f"{field} must be an iterable of texts, not {kind}: pass one column of it")


def _parts(
    name: str, values: tuple[str, ...] | None, most_bytes: int
) -> Iterator[dict[str, Sequence[str]]]:
    """Yield values as parameters, as many as fit a question; only {} where anything will do."""
    if values is None:
        yield {}
        return
    part: list[str] = []
    size = 0
    for value in values:
        length = _size(name, value)
        if part and (len(part) == MOST_IN_A_QUESTION or size + length > most_bytes):
            yield {name: part}
            part, size = [], 0
        part.append(value)
        size += length
    if part:
        yield {name: part}


def _size(name: str, value: str) -> int:
    return len(name) + len(quote(value, safe="")) + 2
