"""A process that tests start and kill: it walks dossiers, or sweeps, against a database until it is stopped.

python killed_worker.py walk URL       files and drives dossiers, one after the other, for ever
python killed_worker.py sweep URL AT   fires what is due at the moment AT, until nothing is left
"""

import sys
from datetime import datetime

from city import City
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from engine.clock import FixedClock
from engine.deadlines.calendar import vietnam
from engine.deadlines.sweep import sweep
from engine.persistence.database import make_engine
from engine.platform import Platform

KEY = "detailed_plan_adjustment"
MORNING = datetime.fromisoformat("2026-11-23T09:00:00+07:00")


def main() -> None:
    """Do what the command line says."""
    what, url, *rest = sys.argv[1:]
    db = make_engine(url)
    if what == "walk":
        city = City(db, FixedClock(MORNING), Platform(FixedClock(MORNING), vietnam()))
        walk = city.walk_file(KEY, "approved")
        print("ready", flush=True)
        while True:
            city.walk(walk)
    platform = Platform(FixedClock(datetime.fromisoformat(rest[0])), vietnam())
    print("ready", flush=True)
    while _goes_on(db, platform):
        pass


def _goes_on(db: Engine, platform: Platform) -> bool:
    """Sweep once; a database that is too busy is asked again, as the ticker does with its next round."""
    try:
        return sweep(db, platform).fired > 0
    except OperationalError as error:
        if "locked" not in str(error):
            raise
        return True


if __name__ == "__main__":
    main()
