"""What one running application is made of, besides Flask: its settings, its platform, its store of documents."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app

from api.settings import Settings
from engine.document_store import DocumentStore
from engine.intake import Intake
from engine.platform import Platform
from engine.virus_scan import NoScanner

EXTENSION = "motcua"


@dataclass(frozen=True)
class Site:
    """The parts that views need; one for each application."""

    settings: Settings
    platform: Platform
    store: DocumentStore

    @property
    def intake(self) -> Intake:
        """What takes the bytes of papers in."""
        papers = self.settings.papers
        scanner = papers.clamd or NoScanner()
        return Intake(self.store, self.settings.upload_limit, scanner, papers.needs_scan)

    def now(self) -> datetime:
        """The present moment in the organisation's time zone."""
        return self.platform.clock.now().astimezone(self.platform.zone)


def site() -> Site:
    """The parts of the application that serves this request."""
    return cast("Site", current_app.extensions[EXTENSION])
