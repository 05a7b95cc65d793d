"""Where the rules of a decision table meet (overlaps), leave something out (gaps) or never match."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.decisions.items import compile_tests
from engine.decisions.model import DecisionTable, InputClause
from engine.decisions.regions import NotAnalysableError, Region, answer, joined, regions_of
from engine.feel.expression import UnaryTests

MAX_WORK = 2_000_000
MAX_RULES = 1_000
MAX_GAPS = 10
MAX_OVERLAPS = 20
TOO_LARGE = "Bảng quá lớn để kiểm kẽ hở và chồng lấn. / The table is too large to be checked; split it."


@dataclass(frozen=True, slots=True)
class Grid:
    """The table with each column cut into regions and each cell as a bit set of them."""

    columns: tuple[tuple[Region, ...], ...]
    rows: tuple[tuple[int, ...], ...]


def grid_of(table: DecisionTable, names: frozenset[str], allowed_of: dict[str, str]) -> Grid:
    """The grid of a table. `allowed_of` gives the allowed values of types. Raises NotAnalysableError."""
    columns: list[tuple[Region, ...]] = []
    masks: list[list[int]] = []
    for index, clause in enumerate(table.inputs):
        cells = [_cell(table, row, index, names) for row in range(len(table.rules))]
        regions = tuple(regions_of(cells, _allowed(clause, names, allowed_of), clause.type))
        columns.append(regions)
        masks.append(_masks(cells, regions))
    return Grid(tuple(columns), tuple(zip(*masks, strict=True)) if masks else ())


def _cell(table: DecisionTable, row: int, column: int, names: frozenset[str]) -> UnaryTests | None:
    source = table.rules[row].tests[column]
    return None if source.text in ("", "-") else compile_tests(source.text, source.place, names)


def _allowed(clause: InputClause, names: frozenset[str], allowed_of: dict[str, str]) -> UnaryTests | None:
    return compile_tests(clause.allowed or allowed_of.get(clause.type, ""), clause.place, names)


def _masks(cells: list[UnaryTests | None], regions: tuple[Region, ...]) -> list[int]:
    different = set(cells)  # equal texts are compiled once, so equal cells are one object
    if len(different) * len(regions) > MAX_WORK or len(cells) > MAX_RULES:
        raise NotAnalysableError(TOO_LARGE)
    known = {cell: _mask(cell, regions) for cell in different}
    return [known[cell] for cell in cells]


def _mask(cell: UnaryTests | None, regions: tuple[Region, ...]) -> int:
    return sum(1 << place for place, region in enumerate(regions) if answer(cell, region.sample))


def overlaps(grid: Grid) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Pairs of rules (indices from 0) that match together, with the regions in which they do."""
    for first in range(len(grid.rows)):
        for second in range(first + 1, len(grid.rows)):
            common = [a & b for a, b in zip(grid.rows[first], grid.rows[second], strict=True)]
            if all(common):
                yield first, second, _describe(grid, tuple(common))


def dead_rules(grid: Grid) -> Iterator[int]:
    """Rules (indices from 0) with a cell that nothing in the column's domain can match."""
    for index, row in enumerate(grid.rows):
        if not all(row):
            yield index


def shadowed(grid: Grid) -> Iterator[tuple[int, int]]:
    """Rules wholly inside an earlier one, as (rule, the earlier one)."""
    for later in range(1, len(grid.rows)):
        for earlier in range(later):
            pairs = zip(grid.rows[later], grid.rows[earlier], strict=True)
            if all(inner and not inner & ~outer for inner, outer in pairs):
                yield later, earlier
                break


def gaps(grid: Grid) -> list[tuple[str, ...]]:
    """What no rule matches, as the regions of each column. Raises NotAnalysableError when too large."""
    return [_describe(grid, box) for box in _Gaps(grid).search()[:MAX_GAPS]]


def _describe(grid: Grid, box: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(_column_text(regions, mask) for regions, mask in zip(grid.columns, box, strict=True))


def _column_text(regions: tuple[Region, ...], mask: int) -> str:
    if mask == (1 << len(regions)) - 1:
        return "-"
    texts: list[str] = []
    run: list[Region] = []
    for place, region in enumerate((*regions, None)):
        inside = region is not None and mask >> place & 1
        if run and not (inside and region is not None and (region.start or region.end)):
            texts.append(joined(run[0], run[-1]))
            run = []
        if inside and region is not None:
            run.append(region)
    return ", ".join(texts[:4]) + (" …" if len(texts) > 4 else "")


class _Gaps:
    """Column by column: regions matched by the same rules are looked at once."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.memo: dict[tuple[int, frozenset[int]], list[tuple[int, ...]]] = {}
        self.work = 0

    def search(self) -> list[tuple[int, ...]]:
        if not self.grid.columns:
            return []
        return self._from(0, frozenset(range(len(self.grid.rows))))

    def _from(self, column: int, rules: frozenset[int]) -> list[tuple[int, ...]]:
        if not rules:
            full = [(1 << len(regions)) - 1 for regions in self.grid.columns[column:]]
            return [tuple(full)]
        if column == len(self.grid.columns):
            return []
        key = (column, rules)
        if key not in self.memo:
            self.memo[key] = self._split(column, rules)
        return self.memo[key]

    def _split(self, column: int, rules: frozenset[int]) -> list[tuple[int, ...]]:
        groups: dict[frozenset[int], int] = {}
        for place in range(len(self.grid.columns[column])):
            matching = frozenset(rule for rule in rules if self.grid.rows[rule][column] >> place & 1)
            groups[matching] = groups.get(matching, 0) | 1 << place
            self.work += len(rules)
        if self.work > MAX_WORK:
            raise NotAnalysableError(TOO_LARGE)
        boxes: list[tuple[int, ...]] = []
        for matching, mask in groups.items():
            boxes.extend((mask, *rest) for rest in self._from(column + 1, matching))
            if len(boxes) > MAX_GAPS:
                break
        return boxes
