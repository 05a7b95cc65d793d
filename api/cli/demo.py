"""`motcua demo`: sample data."""

from dataclasses import asdict

import click

from api import demo as sample
from api.cli.setup import tools
from api.cli.telling import answer, as_json, say, table
from engine.persistence.database import upgrade


@click.group()
def demo() -> None:
    """Dữ liệu mẫu — sample data; never load it into an installation that serves people."""


@demo.command("load")
@click.option("--full", is_flag=True, help="Also 335 points, 1,000 people and 20,798 dossiers of the past.")
@as_json
def load(*, full: bool, as_json: bool) -> None:
    """Load the sample organisation, deploy every procedure of the checkout, put dossiers on their way.

    A second load adds only what is missing.
    """
    with tools() as at_hand:
        upgrade(at_hand.settings.database_url)
        tell = (lambda _line: None) if as_json else click.echo
        loaded = sample.load(at_hand.db, at_hand.platform, at_hand.store, tell=tell)
        if full:
            past = sample.load_full(at_hand.db, at_hand.platform, tell=tell)
            tell(f"{past} hồ sơ đã xong — {past} finished dossiers")
    if as_json:
        answer({**asdict(loaded), "password": sample.PASSWORD})
    else:
        show_accounts(loaded)


def show_accounts(loaded: sample.Demo) -> None:
    """Who can sign in, and how."""
    say(f"Tài khoản mẫu, mật khẩu: {sample.PASSWORD}", "sample accounts and their password")
    table([(f"  {each.username}", each.name, ", ".join(each.roles)) for each in loaded.accounts])
