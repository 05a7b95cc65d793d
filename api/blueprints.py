"""flask-smorest's blueprint with types, so that the views behind its decorators keep theirs."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar, cast

from flask_smorest.blueprint import Blueprint as UntypedBlueprint
from marshmallow import RAISE

View = TypeVar("View", bound=Callable[..., Any])


class Decorator(Protocol):
    """Takes a view and gives it back, of the same type."""

    def __call__(self, view: View) -> View:
        """Decorate the view."""
        ...


class Blueprint(UntypedBlueprint):
    """A blueprint whose routes stand in the API's description."""

    def __init__(self, name: str, import_name: str, *, url_prefix: str | None = None, description: str = "") -> None:
        """As flask-smorest's, with what we use of it."""
        super().__init__(  # type: ignore[no-untyped-call]
            name, import_name, url_prefix=url_prefix, description=description
        )

    def route(
        self, rule: str, *, parameters: Sequence[Any] | None = None, tags: Sequence[str] | None = None, **options: Any
    ) -> Decorator:
        """Register a view under a path; `parameters` are described, not read."""
        found = super().route(rule, parameters=parameters, tags=tags, **options)  # type: ignore[no-untyped-call]
        return cast("Decorator", found)

    def arguments(self, schema: Any, *, location: str = "json", **options: Any) -> Decorator:
        """Read and check what is sent; it becomes the view's first argument.

        A parameter that nobody knows is refused: a filter with a slip of the pen would otherwise show too much.
        """
        if location == "query":
            options.setdefault("unknown", RAISE)
        return cast("Decorator", super().arguments(schema, location=location, **options))  # type: ignore[no-untyped-call]

    def response(self, status_code: int, schema: Any = None, **options: Any) -> Decorator:
        """Write what the view returns by the schema; a finished response is left as it is."""
        return cast("Decorator", super().response(status_code, schema, **options))  # type: ignore[no-untyped-call]

    @staticmethod
    def doc(**described: Any) -> Decorator:
        """Add to the description."""
        return cast("Decorator", UntypedBlueprint.doc(**described))
