"""Stored processes: of every format they load and go on; damaged ones are refused, whatever the damage."""

import json
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard
from diagrams import Diagram
from hypothesis import given, settings
from hypothesis import strategies as st
from in_memory import NOW, Run, program_of

from engine.runtime import snapshot
from engine.runtime.evaluation import Evaluation
from engine.runtime.snapshot import UnreadableSnapshot
from engine.runtime.specs import Program
from engine.runtime.walking import reached

GOLDEN = Path(__file__).with_name("golden")


def everything() -> tuple[Diagram, Diagram]:
    """A process that stands at one of each thing a snapshot can hold, and the one that it calls."""
    called = Diagram("shared").start("cs").user("c").boundary_timer("ct", "c").end("ce").chain("cs", "c", "ce")
    called.chain("ct", "ce")
    inner = (
        Diagram("sub").start("is").parallel("ip", "ij").user("ia", "ib").end("ie").chain("is", "ip", "ia", "ij", "ie")
    )
    inner.chain("ip", "ib", "ij")
    main = Diagram("main").start("s").parallel("p", "j").inclusive("o", "oj").event_gateway("g").exclusive("x", "xj")
    main.user("a", "oa", "ob", "note", "after").timer("t1").timer("t2").message("m", "answer").timer("wait")
    main.subprocess(inner).call("call", "shared").boundary_message("w", "sub", "withdrawal").boundary_error("r", "call")
    main.boundary_timer("warn", "a", interrupting=False).boundary_timer("late", "a").exclusive("aj", "gj", "sj", "cj")
    main.end("e").end("en").chain("s", "p", "a", "aj", "j", "after", "e").chain("late", "aj").chain(
        "warn", "note", "en"
    )
    main.chain("p", "o").flow("o", "oa", "true").flow("o", "ob", "true").chain("oa", "oj").chain("ob", "oj", "j")
    main.chain("p", "g", "t1", "gj", "j").chain("g", "t2", "gj").chain("g", "m", "gj").chain("p", "wait", "j")
    main.chain("p", "sub", "sj", "j").chain("w", "sj").chain("p", "call", "cj", "j").chain("r", "cj")
    main.chain("p", "x").flow("x", "xj", "ready").flow("x", "xj", default=True)
    return main.chain("xj", "j"), called


PROGRAM = program_of(*everything())


def under_way() -> Run:
    """The process when some of everything has happened: a failed step, arrivals at three joins, a loose note."""
    run = Run(PROGRAM)
    run.start()
    run.fire("warn")
    run.complete("ia")
    run.complete("ob")
    run.fire("wait")
    return run


def to_the_end(run: Run) -> None:
    """Do all that is left, in a fixed order."""
    run.retry(ready=True)
    for task in ("oa", "ib", "c", "note", "a"):
        run.complete(task)
    run.fire("t2")
    assert run.open == ["after"]
    assert run.complete("after").ended_at == "e"


def load(stored: bytes, program: Program = PROGRAM) -> object:
    return snapshot.load(stored, program, Evaluation(program.elements, {}, NOW, {}.__getitem__, {}))


def packed(state: Any) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(orjson.dumps(state))


# ---- formats --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("format-*.zst")), ids=lambda path: path.stem)
def test_a_snapshot_of_every_format_loads_and_goes_on_to_the_end(path: Path) -> None:
    """Never replace a golden file: a new format gets a new one beside it, written by `golden` below."""
    told = json.loads(path.with_suffix(".json").read_text())
    run = Run(PROGRAM, snapshot=path.read_bytes())
    from engine.runtime import interpreter  # noqa: PLC0415

    present = interpreter.present(load(run.snapshot))  # type: ignore[arg-type]
    run.tasks, run.timers = dict(present.tasks), dict(present.timers)
    run.waits.update(present.everything().values())
    assert {"tasks": run.open, "timers": run.waiting, "waits": sorted(run.waits.elements())} == told["present"]
    failed = [task for task in reached(load(run.snapshot)) if interpreter._has_failed(task)]  # type: ignore[arg-type]
    assert [task.task_spec.bpmn_id for task in failed] == told["failed"]
    run.failed = dict.fromkeys((task.id for task in failed), None)  # type: ignore[arg-type]
    to_the_end(run)


def golden(folder: Path) -> None:
    """Write the golden files of the present format."""
    run = under_way()
    stem = folder / f"format-{snapshot.FORMAT}"
    stem.with_suffix(".zst").write_bytes(run.snapshot)
    present = {"tasks": run.open, "timers": run.waiting, "waits": sorted((+run.waits).elements())}
    told = {"present": present, "failed": [each.element_id for each in run.failed.values()]}
    stem.with_suffix(".json").write_text(json.dumps(told, indent=2) + "\n")


def test_the_present_format_has_a_golden_file(tmp_path: Path) -> None:
    golden(tmp_path)
    name = f"format-{snapshot.FORMAT}.json"
    assert (tmp_path / name).read_text() == (GOLDEN / name).read_text()


@pytest.mark.parametrize("version", [0, 2, 99, None, "1", [1], -1])
def test_a_foreign_format_is_refused(version: object) -> None:
    with pytest.raises(UnreadableSnapshot, match="format 1"):
        load(packed({"v": version, "main": [], "sub": []}))


def test_a_snapshot_of_another_diagram_is_refused() -> None:
    other = program_of(Diagram("main").start("s").user("z").end("e").chain("s", "z", "e"))
    with pytest.raises(UnreadableSnapshot, match="expected"):
        load(under_way().snapshot, other)


# ---- damage ---------------------------------------------------------------------------------------------

SOUND = under_way().snapshot


@given(st.binary(max_size=600))
def test_random_bytes_are_refused(noise: bytes) -> None:
    with pytest.raises(UnreadableSnapshot):
        load(noise)


@given(st.integers(0, len(SOUND) * 8 - 1))
@settings(max_examples=300)
def test_one_bit_that_has_flipped_is_noticed(bit: int) -> None:
    damaged = bytearray(SOUND)
    damaged[bit // 8] ^= 1 << bit % 8
    try:
        load(bytes(damaged))
    except UnreadableSnapshot:
        return
    assert snapshot._unpack(bytes(damaged)) == snapshot._unpack(SOUND)  # a bit of the header that says nothing


@given(st.integers(0, len(SOUND) - 1), st.binary(max_size=8))
def test_a_snapshot_cut_short_or_followed_by_anything_is_refused(length: int, more: bytes) -> None:
    with pytest.raises(UnreadableSnapshot):
        load(SOUND[:length])
    if more:
        with pytest.raises(UnreadableSnapshot):
            load(SOUND + more)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 300) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.sampled_from(["v", "main", "sub", "x"]), inner),
    max_leaves=30,
)


@given(JSON, JSON)
def test_sound_bytes_of_any_other_shape_are_refused(main: object, sub: object) -> None:
    for state in (main, {"v": 1, "main": main, "sub": sub}, {"v": 1}):
        with pytest.raises(UnreadableSnapshot):
            load(packed(state))


@given(st.data())
@settings(max_examples=300)
def test_a_state_with_one_thing_exchanged_loads_or_is_refused(draw: st.DataObject) -> None:
    state = snapshot._unpack(SOUND)
    rows = draw.draw(st.sampled_from([state["main"], *(sub[2] for sub in state["sub"])]))
    row = draw.draw(st.sampled_from(rows))
    row[draw.draw(st.integers(0, 3))] = draw.draw(JSON | st.sampled_from([rows[0][0], rows[-1][0], -1, 0, 500]))
    try:
        load(packed(state))
    except UnreadableSnapshot:
        return


def test_two_roots_and_one_task_twice_are_refused() -> None:
    state = snapshot._unpack(SOUND)
    for number, value in ((1, -1), (0, state["main"][0][0])):
        changed = orjson.loads(orjson.dumps(state))
        changed["main"][3][number] = value
        with pytest.raises(UnreadableSnapshot, match="out of place"):
            load(packed(changed))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = zstandard.ZstdCompressor().compress(b" " * 200_000_000)
    assert len(bomb) < 20_000
    tracemalloc.start()
    with pytest.raises(UnreadableSnapshot, match="at most"):
        load(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_bomb_that_does_not_tell_its_size_is_refused() -> None:
    maker = zstandard.ZstdCompressor().compressobj()
    bomb = maker.compress(b" " * 50_000_000) + maker.flush()
    with pytest.raises(UnreadableSnapshot):
        load(bomb)


# ---- sharing --------------------------------------------------------------------------------------------


def story(_number: int) -> tuple[list[str], list[str]]:
    run = under_way()
    stood = [*run.open, *run.waiting]
    to_the_end(run)
    return stood, run.passed


def test_one_program_serves_many_processes_on_many_threads() -> None:
    expected = story(0)
    with ThreadPoolExecutor(max_workers=8) as pool:
        assert all(each == expected for each in pool.map(story, range(64)))


def test_a_fresh_program_may_first_be_used_by_many_threads_at_once() -> None:
    for _ in range(5):
        program = program_of(*everything())

        def begin(_number: int, program: Program = program) -> list[str]:
            run = Run(program)
            run.start()
            run.complete("ob")
            return [*run.open, *run.waiting]

        with ThreadPoolExecutor(max_workers=8) as pool:
            assert len({tuple(each) for each in pool.map(begin, range(16))}) == 1


def test_a_loaded_process_is_stored_as_it_was() -> None:
    run = under_way()
    for _ in range(3):
        workflow = load(run.snapshot)
        again = snapshot.save(workflow)  # type: ignore[arg-type]
        assert again == run.snapshot


def test_a_snapshot_is_small() -> None:
    assert len(SOUND) < 2_500
