"""A dossier whose history grows: an appraisal that the head of the division sends back again and again."""

from typing import Any

from city import City

from engine.persistence.tables import DossierRow

KEY = "detailed_plan_adjustment"
HOURS = 2  # between two strokes of work


def answers_of_a_round(city: City) -> dict[str, dict[str, Any]]:
    """What the officer and then the head answer, by step."""
    appraisal = city.walk_file(KEY, "approved")["answers"]["appraisal"][0]
    return {"appraisal": appraisal, "division_review": {"decision": "return", "comment": "Xem lại ranh lô đất"}}


def reworked(city: City, entries: int) -> DossierRow:
    """A dossier in appraisal whose history has at least so many entries; time goes on as it is worked on."""
    dossier, answers = city.walk(city.walk_file(KEY, "approved"), until="appraisal"), answers_of_a_round(city)
    while dossier.journal_seq < entries:
        for step in ("appraisal", "division_review"):
            city.later(hours=HOURS)
            (task,) = city.open_tasks(dossier.id)
            assert task.element_id == step, task.element_id
            dossier = city.complete(task, answers[step])
    return city.dossier(dossier.id)
