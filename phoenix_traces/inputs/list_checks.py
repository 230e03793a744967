"""What is wrong with annotations of a list, as the models say it: by row, or faster by column."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import TypeAlias, cast

from phoenix_traces.failures import Found, Trouble
from phoenix_traces.inputs.explain import Explainer, Names, refusals, unknown_key, validated
from phoenix_traces.inputs.judge import ABSENT, Judge, Oddities
from phoenix_traces.inputs.wire_row import FIELDS, RESULT_NAMES
from phoenix_traces.rules.annotation import AnnotationResult, TraceAnnotationData
from phoenix_traces.rules.rubrics import Rubrics
from phoenix_traces.rules.text import is_unicode
from phoenix_traces.shown import type_name

_Dict: TypeAlias = dict[object, object]

_KEYS = TraceAnnotationData.model_fields.keys()
_RESULT_KEYS = AnnotationResult.model_fields.keys()
_REQUIRED = frozenset({"trace_id", "name", "annotator_kind"})

# Far above every key that has a meaning: pydantic copies a key that it does not know.
_LONGEST_KEY = 1_000


class ListChecks:
    """The rules for the annotations of one list.

    Args:
        names: The caller's own names for the models' fields, where they differ.
        rubrics: What annotations of some names must hold beside the general rules.
    """

    def __init__(self, names: Names, rubrics: Rubrics) -> None:
        self._explainer = Explainer(names)
        self._rubrics = rubrics
        self._judge = Judge(self._explainer)

    def annotations(self, items: Sequence[object]) -> tuple[list[TraceAnnotationData], list[Found]]:
        """Return annotations as models, or else what is wrong with some of them, in order."""
        try:
            return self._annotations(items)
        except Exception as error:  # noqa: BLE001 - a mapping of the caller's may raise anything
            if len(items) == 1:
                return [], [Found(0, _unreadable(error), items[0])]
        found: list[Found] = []
        made: list[TraceAnnotationData] = []
        for place, item in enumerate(items):
            annotations, troubles = self.annotations([item])
            made += annotations
            found += [each._replace(place=place) for each in troubles]
        return [] if found else made, found

    def _annotations(
        self, items: Sequence[object]
    ) -> tuple[list[TraceAnnotationData], list[Found]]:
        made: list[tuple[int, TraceAnnotationData]] = []
        found: list[Found] = []
        for model, places in _places_by_model(items).items():
            some = [_with_short_keys(items[place]) for place in places]
            annotations, errors = validated(model, some)
            found += self._explainer.found_in(errors, places)
            refused = {int(details["loc"][0]) for details in errors}
            if refused and self._rubrics:
                # What the general rules refuse is not held against a rubric too.
                good = [item for at, item in enumerate(some) if at not in refused]
                annotations, _ = validated(model, good)
            accepted = (place for at, place in enumerate(places) if at not in refused)
            # There are none where some were refused and no rubric asks for the others.
            made += zip(accepted, annotations, strict=False)
        found += self._against_rubrics(made)
        found.sort(key=itemgetter(0))
        made.sort(key=itemgetter(0))
        return [] if found else [annotation for _, annotation in made], found

    def _against_rubrics(self, made: Iterable[tuple[int, TraceAnnotationData]]) -> Iterator[Found]:
        if not self._rubrics:
            return
        named: dict[str, list[tuple[int, TraceAnnotationData]]] = {}
        for place, annotation in made:
            named.setdefault(annotation.name, []).append((place, annotation))
        for name in named.keys() & self._rubrics.keys():
            places = [place for place, _ in named[name]]
            annotations = [annotation.model_dump() for _, annotation in named[name]]
            errors = refusals(self._rubrics[name], annotations)
            yield from self._explainer.found_in(errors, places)

    def found(self, items: Sequence[object], *, is_brief: bool = False) -> list[Found]:
        """Return what is wrong with annotations, in order; faster where many are refused.

        Args:
            items: As they were given.
            is_brief: Whether to tell only the first trouble of each piece of metadata.
        """
        self._judge.is_brief = is_brief
        try:
            return self._found(items)
        except Exception:  # noqa: BLE001 - as above
            return self.annotations(items)[1]

    def _found(self, items: Sequence[object]) -> list[Found]:
        columns = (
            [] if self._rubrics else [at for at, item in enumerate(items) if _has_columns(item)]
        )
        by_column = self._in_columns([cast("_Dict", items[at]) for at in columns])
        found = [each._replace(place=columns[each.place]) for each in by_column]
        if len(columns) < len(items):
            others = sorted({*range(len(items))}.difference(columns))
            _, by_row = self.annotations([items[at] for at in others])
            found += [each._replace(place=others[each.place]) for each in by_row]
            found.sort(key=itemgetter(0))
        return found

    def _in_columns(self, items: Sequence[_Dict]) -> list[Found]:
        given = [item.get("result", ABSENT) for item in items]
        results = [cast("_Dict", each) if type(each) is dict else {} for each in given]
        cells = {
            name: [
                each.get(name, ABSENT if name in _REQUIRED else None)
                for each in (results if name in RESULT_NAMES else items)
            ]
            for name in FIELDS
        }
        oddities = Oddities(
            {at: result for at, result in enumerate(given) if type(result) is not dict},
            list(_unknown(results, _RESULT_KEYS, "result.")),
            list(_unknown(items, _KEYS)),
        )
        return self._judge.found(cells, FIELDS, oddities)


def _unreadable(error: Exception) -> Trouble:
    return Trouble(None, f"cannot be read: {type_name(error)} came of it")


def _places_by_model(items: Sequence[object]) -> dict[type[TraceAnnotationData], list[int]]:
    # A rubric's own rules are in its own type. A plain mapping has only the general ones.
    places: dict[type[TraceAnnotationData], list[int]] = {}
    for place, item in enumerate(items):
        model = type(item) if isinstance(item, TraceAnnotationData) else TraceAnnotationData
        places.setdefault(model, []).append(place)
    return places


def _has_columns(item: object) -> bool:
    """Tell that an item is a dict whose keys, known or not, the models would name as they are."""
    if type(item) is not dict:
        return False
    row = cast("_Dict", item)
    result = row.get("result")
    return _has_plain_keys(row, _KEYS) and (
        type(result) is not dict or _has_plain_keys(cast("_Dict", result), _RESULT_KEYS)
    )


def _has_plain_keys(mapping: _Dict, known: Collection[str]) -> bool:
    return mapping.keys() <= set(known) or all(
        key in known or (type(key) is str and is_unicode(key)) for key in mapping
    )


def _unknown(mappings: Iterable[_Dict], known: Collection[str], above: str = "") -> Iterator[Found]:
    for place, mapping in enumerate(mappings):
        for key, value in mapping.items():
            if key not in known:
                yield Found(place, unknown_key(above, cast("str", key)), value)


def _with_short_keys(item: object) -> object:
    """Return a dict with unknown keys cut that are so long that copies of them would be costly."""
    if not isinstance(item, dict):
        return item
    row = cast("_Dict", item)
    result = _Dict.get(row, "result")
    if isinstance(result, dict) and (short := _shortened(cast("_Dict", result))) is not result:
        row = {**dict(_Dict.items(row)), "result": short}
    return _shortened(row)


def _shortened(mapping: _Dict) -> _Dict:
    # As the dict itself has them: what a subclass says of its keys may have no end.
    if not any(map(_is_long, _Dict.keys(mapping))):
        return mapping
    return {
        # Numbered, so that two of them do not become one.
        f"{str(key)[:_LONGEST_KEY]} {at}" if _is_long(key) else key: value
        for at, (key, value) in enumerate(_Dict.items(mapping))
    }


def _is_long(key: object) -> bool:
    return isinstance(key, str) and len(key) > _LONGEST_KEY
