"""SAMPLE DATA. The network of the plan for Thủ Đức, made up: one main centre, 22 branches, 312 reception points.

Codes, names and people are fictional and marked "(mẫu)". The same call gives the same network every time.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from engine.model import Role
from engine.organisation.units import UnitKind
from engine.text import fold

BRANCHES, POINTS = 22, 312
CENTRE = "TD-TTHCC"
_PLACES = (
    "An Khánh", "An Lợi Đông", "An Phú", "Bình Chiểu", "Bình Thọ", "Bình Trưng Đông", "Bình Trưng Tây", "Cát Lái",
    "Hiệp Bình Chánh", "Hiệp Bình Phước", "Hiệp Phú", "Linh Chiểu", "Linh Đông", "Linh Tây", "Linh Trung", "Linh Xuân",
    "Long Bình", "Long Phước", "Long Thạnh Mỹ", "Long Trường", "Phú Hữu", "Tăng Nhơn Phú",
)  # fmt: skip
_SITES = (
    "Nhà văn hóa khu phố", "Trụ sở khu phố", "Bưu cục", "Trường học", "Trung tâm học tập cộng đồng", "Chợ",
    "Trạm y tế", "Chung cư", "Khu công nghệ cao", "Ga metro", "Siêu thị", "Nhà sinh hoạt thanh niên", "Thư viện",
    "Trung tâm thể thao", "Khu lưu trú công nhân",
)  # fmt: skip
_FAMILY = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
)
_MIDDLE = ("Văn", "Thị", "Minh", "Thanh", "Hoàng", "Ngọc", "Quốc", "Thu", "Đức", "Kim", "Xuân", "Hữu", "Bảo", "Gia")
_GIVEN = (
    "An", "Bình", "Châu", "Dung", "Giang", "Hà", "Hải", "Hạnh", "Hiếu", "Hoa", "Hùng", "Hương", "Khánh", "Lan", "Linh",
    "Long", "Mai", "Nam", "Nga", "Nhung", "Phúc", "Phương", "Quân", "Quỳnh", "Sơn", "Tâm", "Thảo", "Trang", "Tuấn",
    "Uyên", "Việt", "Yến",
)  # fmt: skip
_OFFICES = ("TD-QHXD", "TD-KT", "TD-TNMT", "TD-QLDT", "TD-P-HB")


@dataclass(frozen=True)
class Unit:
    """A unit of the network."""

    code: str
    name_vi: str
    name_en: str
    kind: UnitKind
    parent: str
    agency_code: str
    address: str
    phone: str


@dataclass(frozen=True)
class Person:
    """A made-up person and the role held in a unit."""

    username: str
    name: str
    role: Role
    unit: str


def units() -> list[Unit]:
    """The 22 branches and 312 points under the centre of the demo organisation, branches first."""
    branches = [_branch(number) for number in range(1, BRANCHES + 1)]
    return branches + list(_points())


def people(wanted: int) -> list[Person]:
    """So many people of the network: two officers at each point, six at each branch, the rest in the divisions."""
    chance = random.Random(335)  # noqa: S311 - the same names each time, nothing secret
    numbers = count(1)
    return [_person(chance, next(numbers), role, unit) for role, unit in _posts(wanted)]


def applicant_name(chance: random.Random) -> str:
    """A made-up name of a citizen or a company."""
    if chance.random() < 0.2:
        return f"Công ty TNHH {chance.choice(_GIVEN)} {chance.choice(_GIVEN)} (mẫu)"
    return _name(chance)


def _branch(number: int) -> Unit:
    place = _PLACES[number - 1]
    return Unit(
        f"{CENTRE}-{number:02d}",
        f"Chi nhánh số {number} – {place} (mẫu)",
        f"Branch {number}, {_plain(place)} (sample)",
        UnitKind.BRANCH,
        CENTRE,
        f"{number:03d}.01.60.H29",
        f"{number} đường Mẫu, {place} (mẫu)",
        f"028 0000 1{number:03d}",
    )


def _points() -> Iterator[Unit]:
    """The points, spread over the branches as evenly as they divide."""
    for index in range(POINTS):
        branch, turn = index % BRANCHES + 1, index // BRANCHES + 1
        place, site = _PLACES[branch - 1], _SITES[turn - 1]
        yield Unit(
            f"{CENTRE}-{branch:02d}-{turn:02d}",
            f"Điểm tiếp nhận {site} {place} (mẫu)",
            f"Reception point {turn} of branch {branch} (sample)",
            UnitKind.RECEPTION_POINT,
            f"{CENTRE}-{branch:02d}",
            f"{100 + index:03d}.01.60.H29",
            f"{site} {place} (mẫu)",
            f"028 0000 2{index:03d}",
        )


def _posts(wanted: int) -> Iterator[tuple[Role, str]]:
    left = wanted
    network = units()
    for unit in network[BRANCHES:]:
        for _ in range(min(2, left)):
            yield Role.RECEPTION_OFFICER, unit.code
            left -= 1
    for unit in network[:BRANCHES]:
        for role in (Role.DIVISION_HEAD, *[Role.RECEPTION_OFFICER] * 4, Role.RECORDS_CLERK)[:left]:
            yield role, unit.code
            left -= 1
    for number in range(left):
        office = _OFFICES[number % len(_OFFICES)]
        yield (Role.CASE_OFFICER if office in _OFFICES[:2] else Role.CONSULTED_OFFICER), office


def _person(chance: random.Random, number: int, role: Role, unit: str) -> Person:
    name = _name(chance)
    return Person(f"{_plain(name.split()[-2])}.{number:04d}", name, role, unit)


def _name(chance: random.Random) -> str:
    return f"{chance.choice(_FAMILY)} {chance.choice(_MIDDLE)} {chance.choice(_GIVEN)} (mẫu)"


def _plain(text: str) -> str:
    return fold(text).replace("(mau)", "").strip()
