"""Letters on a diagram: where they may stand, what their FEEL may read, and templates that can be printed."""

import pytest
from small_bundles import bundle, chain, codes, node, process, task, work

from engine.model import LetterDue
from engine.runtime.bundle import Bundle
from engine.runtime.lint import findings
from engine.runtime.parser import read_process

RECEIPT = '<motcua:letter key="receipt"/>'


def with_letter(letter: str, *, before: bool = False) -> Bundle:
    """The small procedure with a step that asks for a letter, before or after acceptance."""
    step = node("intermediateThrowEvent", "told", letter)
    if not before:
        return bundle(process(work(step, ("told",))))
    source = process(work(step)).decode()
    source = source.replace('targetRef="receive"', 'targetRef="told"', 1)
    return bundle(source.replace("</bpmn:subProcess>", chain("told", "receive") + "</bpmn:subProcess>", 1).encode())


def test_a_letter_is_read_with_its_condition_reason_and_ground() -> None:
    said = (
        '<motcua:letter key="refusal" when="=review.verdict = null" reason="review.verdict" ground="&quot;Luật&quot;"/>'
    )
    (drawn,) = read_process(process(work(task("ask", said, RECEIPT), ("ask",), ("ask",))), "process.bpmn")
    assert drawn.elements["ask"].letters == (
        LetterDue("refusal", "review.verdict = null", "review.verdict", '"Luật"'),
        LetterDue("receipt"),
    )


def test_a_receipt_behind_the_acceptance_is_sound() -> None:
    assert codes(with_letter(RECEIPT)) == set()


def test_a_receipt_before_the_acceptance_is_found() -> None:
    (found,) = findings(with_letter(RECEIPT, before=True))
    assert (found.code, found.element_id, found.error) == ("letter-before-acceptance", "told", True)


@pytest.mark.parametrize(
    ("letter", "code"),
    [
        ('<motcua:letter key="postcard"/>', "extension-invalid"),
        ('<motcua:letter key="apology"/>', "extension-invalid"),
        ('<motcua:letter key="stop" when="review.verdict ="/>', "feel-syntax"),
        ('<motcua:letter key="stop" reason="reviev.verdict"/>', "unknown-name"),
        ('<motcua:letter key="stop" ground="review.veredict"/>', "unknown-field"),
        ('<motcua:letter key="stop" when="1"/>', "feel-wrong-type"),
        ('<motcua:letter key="stop" reason="1"/>', "feel-wrong-type"),
    ],
)
def test_a_faulty_letter_is_found_on_its_element(letter: str, code: str) -> None:
    (found,) = findings(with_letter(letter))
    assert (found.code, found.element_id) == (code, "told")


def test_a_letter_cannot_stand_on_a_gateway() -> None:
    source = (
        process(work())
        .decode()
        .replace(
            '<bpmn:exclusiveGateway id="which" default="which__refused">',
            '<bpmn:exclusiveGateway id="which" default="which__refused">'
            f"<bpmn:extensionElements>{RECEIPT}</bpmn:extensionElements>",
        )
    )
    assert codes(bundle(source.encode())) == {"extension-misplaced"}


@pytest.mark.parametrize(
    ("template", "line"),
    [
        (b'#import "/layout.typ": *\n#eval("1")\n', 2),
        (b'#import "@preview/cetz:0.3.0"\n', 1),
        (b'\n\n#include "/etc/passwd"\n', 3),
        (b"\xff\xfe", 1),
    ],
)
def test_a_template_that_says_what_none_may_say_is_found_with_its_line(template: bytes, line: int) -> None:
    (found,) = findings(bundle(files={"forms/letters/receipt.typ": template}))
    assert (found.code, found.path, found.line) == ("letter-template", "forms/letters/receipt.typ", line)


def test_a_template_that_no_letter_is_printed_with_is_mentioned_with_its_neighbour() -> None:
    (found,) = findings(bundle(files={"forms/letters/reciept.typ": b"Xin"}))
    assert (found.code, found.error) == ("letter-unused", False)
    assert "(receipt?)" in found.fix
