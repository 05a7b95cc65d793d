"""Report II.06a for programs."""

from typing import Any

from api.asking import ask
from api.auth import allow
from api.blueprints import Blueprint
from api.routes.common import actor
from api.schemas.statistics import StatisticsQuery, StatisticsSchema
from api.site import site
from engine import statistics
from engine.statistics_inquiry import READERS, Inquiry
from engine.statistics_values import Asked, Period, period_of

blueprint = Blueprint("api-statistics", __name__, description="Statistics")


@blueprint.route("/statistics")
@blueprint.arguments(StatisticsQuery, location="query")
@blueprint.response(200, StatisticsSchema)
@allow(*READERS)
def read_statistics(query: dict[str, Any]) -> dict[str, Any]:
    """Report II.06a with the months behind it and what lapses next; heads see what their units have to do with."""
    platform, first, last = site().platform, query.pop("first"), query.pop("last")
    period = Period(first, last) if first and last else period_of("this_month", platform.today())
    inquiry = Inquiry(platform, actor(), Asked(period, **query))
    report = ask(inquiry, lambda session: statistics.at_a_glance(session, inquiry))
    return {**vars(report), "first": period.first, "last": period.last, "by": report.asked.by}
