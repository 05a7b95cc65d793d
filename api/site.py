"""What one running application is made of, besides Flask: its settings, its platform, its store of documents."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app

from api.settings import Settings
from engine.document_store import DocumentStore
from engine.platform import Platform

EXTENSION = "motcua"


@dataclass(frozen=True)
class Site:
    """The parts that views need; one for each application."""

    settings: Settings
    platform: Platform
    store: DocumentStore

    def now(self) -> datetime:
        """The present moment in the organisation's time zone."""
        return self.platform.clock.now().astimezone(self.platform.zone)


def site() -> Site:
    """The parts of the application that serves this request."""
    return cast("Site", current_app.extensions[EXTENSION])
