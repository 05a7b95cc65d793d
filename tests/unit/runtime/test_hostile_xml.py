"""A stranger's XML can be wrong, and nothing worse: it is refused with a finding, quickly, and never by accident."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_bundles import bundle, process, task, work

from engine.model import Process
from engine.runtime.hardened import MAX_BYTES, MAX_DEPTH
from engine.runtime.lint import diagram_findings, findings
from engine.runtime.parser import ParseRefused, read, read_process, spiff_root
from engine.runtime.procedure import load

NS = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BILLION = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ha">{LAUGHS}]><definitions {NS}>&l11;</definitions>'
HOSTILE = {
    "billion laughs": (BILLION.encode(), "xml-doctype"),
    "laughs in an attribute": (BILLION.replace(">&l11;", ' id="&l11;">').encode(), "xml-doctype"),
    "an external entity": (
        f'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><definitions {NS}>&x;</definitions>'.encode(),
        "xml-doctype",
    ),
    "an external document type": (
        f'<!DOCTYPE d SYSTEM "http://localhost/x.dtd"><definitions {NS}/>'.encode(),
        "xml-doctype",
    ),
    "a parameter entity": (f'<!DOCTYPE d [<!ENTITY % p "x"> %p;]><definitions {NS}/>'.encode(), "xml-doctype"),
    "a stylesheet": (
        f'<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><definitions {NS}/>'.encode(),
        "xml-instruction",
    ),
    "an instruction inside": (f"<definitions {NS}><?php system('id') ?></definitions>".encode(), "xml-instruction"),
    "ten thousand nested elements": (
        f"<definitions {NS}>{'<process>' * 10_000}{'</process>' * 10_000}</definitions>".encode(),
        "xml-unreadable",
    ),
    "nesting just beyond the limit": (
        f"<definitions {NS}>{'<process>' * MAX_DEPTH}{'</process>' * MAX_DEPTH}</definitions>".encode(),
        "xml-too-deep",
    ),
    "an attribute of 50 MB": (f'<definitions {NS} id="{"x" * 50_000_000}"/>'.encode(), "xml-too-big"),
    "UTF-16": (f'<?xml version="1.0" encoding="UTF-16"?><definitions {NS}/>'.encode("utf-16"), "xml-encoding"),
    "UTF-7": (f'<?xml version="1.0" encoding="UTF-7"?><definitions {NS}/>'.encode(), "xml-encoding"),
    "bytes that are no text": (b"\xff\xfe\x00\x01", "xml-encoding"),
    "nothing": (b"", "xml-unreadable"),
    "no XML": ("Đơn đề nghị".encode(), "xml-unreadable"),
    "an entity nobody declared": (f"<definitions {NS}>&nbsp;</definitions>".encode(), "xml-unreadable"),
    "an element left open": (f"<definitions {NS}><process>".encode(), "xml-unreadable"),
}


@pytest.mark.parametrize(("source", "code"), HOSTILE.values(), ids=HOSTILE.keys())
def test_it_is_refused_with_a_finding(source: bytes, code: str) -> None:
    begun = time.process_time()
    with pytest.raises(ParseRefused) as refusal:
        read(source, "x.bpmn")
    assert [one.code for one in refusal.value.findings] == [code]
    assert refusal.value.findings[0].path == "x.bpmn"
    assert refusal.value.findings[0].fix
    assert time.process_time() - begun < 2


def test_the_finding_shows_little_of_the_stranger_s_text() -> None:
    with pytest.raises(ParseRefused) as refusal:
        read(f"<?{'x' * 5_000}?><a/>".encode(), "x")
    assert len(str(refusal.value)) < 1_000


def test_a_deep_but_allowed_document_is_read() -> None:
    depth = MAX_DEPTH - 1
    source = f"<definitions {NS}>{'<x>' * depth}{'</x>' * depth}</definitions>".encode()
    assert {one.code for one in read(source, "x").findings} == {"unsupported-construct", "no-process"}


def test_a_byte_order_mark_is_no_hindrance() -> None:
    assert read_process(b"\xef\xbb\xbf" + process(work()), "x")[0].id == "demo"


def test_a_comment_hides_nothing_and_breaks_nothing() -> None:
    source = process(work()).replace(b"review.verdict", b"review<!-- <!D -->.verdict")
    (flow,) = (one for one in read_process(source, "x")[0].flows if one.condition)
    assert flow.condition == 'review.verdict = "yes"'


def test_sizes_are_bounded_before_anything_is_parsed() -> None:
    with pytest.raises(ParseRefused):
        spiff_root(b" " * (MAX_BYTES + 1))


def test_very_many_elements_are_not_looked_into() -> None:
    source = process("".join(task(f"t{n}") for n in range(2_500)))
    begun = time.process_time()
    assert "too-many-elements" in {one.code for one in findings(bundle(source))}
    assert time.process_time() - begun < 10


def read_or_refuse(source: bytes) -> tuple[Process, ...]:
    try:
        return read_process(source, "x.bpmn")
    except ParseRefused:
        return ()


@given(st.binary(max_size=300))
def test_random_bytes_are_read_or_refused(source: bytes) -> None:
    read_or_refuse(source)
    diagram_findings(source, "x.bpmn")


SOUND = process(work())


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_mutated_diagram_is_read_or_refused(data: st.DataObject) -> None:
    source = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(source) - 1))
        kind = data.draw(st.sampled_from(("flip", "cut", "copy")))
        if kind == "flip":
            source[at] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del source[at : at + data.draw(st.integers(1, 200))]
        else:
            source[at:at] = source[at : at + data.draw(st.integers(1, 200))]
        source = source or bytearray(b"<")
    read_or_refuse(bytes(source))
    findings(bundle(bytes(source)))


WORDS = [
    b"userTask",
    b"subProcess",
    b"callActivity",
    b"boundaryEvent",
    b"endEvent",
    b"startEvent",
    b"exclusiveGateway",
    b"parallelGateway",
    b"inclusiveGateway",
    b"eventBasedGateway",
    b"intermediateCatchEvent",
    b"sequenceFlow",
    b"lane",
    b"process",
    b"scriptTask",
    b"receive",
    b"settle",
    b"work",
    b"which",
    b"withdrawn",
    b"filed",
    b"opened",
    b"granted",
    b"refused",
    b"closed",
    b"accept",
    b"decide",
    b"suspend",
    b"restart",
    b"stop",
    b"review.verdict",
    b"application",
    b"1 +",
    b"=",
    b"",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS), st.integers(0, 8)), min_size=1, max_size=5))
def test_a_diagram_with_its_words_exchanged_is_judged_and_never_breaks_the_checks(
    swaps: list[tuple[bytes, bytes, int]],
) -> None:
    source = SOUND
    for old, new, which in swaps:
        parts = source.split(old) if old else [source]
        at = 1 + which % max(1, len(parts) - 1)
        source = new.join([old.join(parts[:at]), old.join(parts[at:])]) if len(parts) > 1 else source
    for found in (diagram_findings(source, "x.bpmn"), findings(bundle(source))):
        assert all(one.code and one.message and one.fix for one in found)
    if not any(one.error for one in found):
        assert load(bundle(source)).elements  # what the checks accept, the engine compiles
