"""Who may use which view. A view without a declaration is refused to everybody.

    @blueprint.get("/inbox")
    @allow(Role.CASE_OFFICER, Role.DIVISION_HEAD)
    def inbox() -> str: ...

The declaration opens the door of the view; what a person sees behind it is decided by the use cases.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from flask import Flask

from engine.model import Actor, Role

View = TypeVar("View", bound=Callable[..., Any])
Kind = Literal["public", "signed-in", "parties", "roles", "operator-or-this-machine"]

_ATTRIBUTE = "__motcua_access__"
_OF_ENDPOINTS = "motcua-access"


@dataclass(frozen=True)
class Access:
    """Who may use a view."""

    kind: Kind
    roles: frozenset[Role] = field(default_factory=frozenset)

    def admits(self, actor: Actor | None) -> bool:
        """Whether this one may come in; None is somebody unknown."""
        if self.kind == "public":
            return True
        if actor is None:
            return False
        if self.kind == "parties":
            return True
        if self.kind == "roles" and Role.APPLICANT in self.roles and actor.dossier_id is not None:
            return True
        if self.kind == "signed-in":
            return actor.id is not None
        return any(actor.has_role(role) for role in self.roles)

    def __str__(self) -> str:
        """For lists of routes: "public", "signed-in", "parties" or the roles by name."""
        return ", ".join(sorted(self.roles)) if self.kind == "roles" else self.kind


def allow(*roles: Role) -> Callable[[View], View]:
    """Whoever holds one of these roles, in any unit; Role.APPLICANT stands for the holder of a dossier's link."""
    if not roles:
        raise TypeError("allow() needs a role; say @allow_public or @allow_signed_in if that is meant")
    return _mark(Access("roles", frozenset(roles)))


def allow_public(view: View) -> View:
    """Everybody."""
    return _mark(Access("public"))(view)


def allow_signed_in(view: View) -> View:
    """Every person of the organisation, whatever their role."""
    return _mark(Access("signed-in"))(view)


def allow_parties(view: View) -> View:
    """Every person of the organisation, and applicants by the link of their dossier."""
    return _mark(Access("parties"))(view)


def allow_operator_or_this_machine(view: View) -> View:
    """Operators, and programs on the same machine that no proxy speaks for: for measurements."""
    return _mark(Access("operator-or-this-machine", frozenset({Role.OPERATOR})))(view)


def declare(app: Flask, endpoint: str, *roles: Role) -> None:
    """Say who may use an endpoint that a library registered: these roles, or everybody when none is given."""
    access = Access("roles", frozenset(roles)) if roles else Access("public")
    app.extensions.setdefault(_OF_ENDPOINTS, {})[endpoint] = access


def access_of(app: Flask, endpoint: str) -> Access | None:
    """Who may use the endpoint; None when nobody has said so."""
    declared: dict[str, Access] = app.extensions.get(_OF_ENDPOINTS, {})
    return declared.get(endpoint) or getattr(app.view_functions.get(endpoint), _ATTRIBUTE, None)


@dataclass(frozen=True, order=True)
class Route:
    """One line of the list of routes."""

    path: str
    methods: str
    endpoint: str
    access: str


def routes(app: Flask) -> list[Route]:
    """Each route with who may use it, by path."""
    return sorted(
        Route(
            path=rule.rule,
            methods=" ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})),
            endpoint=rule.endpoint,
            access=str(access_of(app, rule.endpoint) or "NOBODY: not declared"),
        )
        for rule in app.url_map.iter_rules()
    )


def _mark(access: Access) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        setattr(view, _ATTRIBUTE, access)
        return view

    return decorate
