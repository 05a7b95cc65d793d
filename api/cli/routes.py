"""`motcua routes`: every route with who may use it."""

from dataclasses import asdict

import click

from api.app import create_app
from api.auth.access import routes as routes_of
from api.cli.telling import answer, as_json, table
from api.settings import from_environment


@click.command()
@as_json
def routes(*, as_json: bool) -> None:
    """List every route of the site with who may use it."""
    found = routes_of(create_app(from_environment()))
    if as_json:
        answer([asdict(route) for route in found])
    else:
        table([(route.methods, route.path, route.access) for route in found])
