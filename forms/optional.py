"""A form whose uploads may be left out: at a desk the papers themselves lie on the table."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from forms.definition import FormDefinition
from forms.fields import Component, FileField, Group


def files_optional(definition: FormDefinition, names: Collection[str]) -> FormDefinition:
    """The same form in which the uploads with these names at the top of the answers are not required."""
    return replace(definition, components=tuple(_relaxed(definition.components, names)))


def _relaxed(components: Sequence[Component], names: Collection[str]) -> Iterator[Component]:
    for one in components:
        if isinstance(one, Group):
            yield replace(one, components=tuple(_relaxed(one.components, names)))
        elif isinstance(one, FileField) and one.path[0] in names:
            yield replace(one, required=False)
        else:
            yield one
