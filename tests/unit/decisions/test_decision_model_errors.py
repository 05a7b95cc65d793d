"""DMN files that cannot be used are refused with the element, its line and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from engine.decisions import DecisionModelError, load


def _refused(xml: bytes) -> DecisionModelError:
    with pytest.raises(DecisionModelError) as caught:
        load(xml)
    return caught.value


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"not xml",
        b"<definitions/>",
        b'<a xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"/>',
        b'<definitions xmlns="http://example.com"/>',
        b"<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/'>",
        "<definitions/>".encode("utf-16")[:-3],
    ],
)
def test_what_is_not_dmn_is_refused(xml: bytes) -> None:
    assert _refused(xml).advice


def test_a_document_type_is_refused_and_no_entity_is_read(dmn: Any) -> None:
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + dmn.definitions("&b;")
    assert "DOCTYPE" in str(_refused(bomb)) or "XML" in str(_refused(bomb))
    external = b'<!DOCTYPE d SYSTEM "file:///etc/passwd">' + dmn.definitions("")
    assert "DOCTYPE" in str(_refused(external))


def test_a_file_too_large_or_too_deep_is_refused(dmn: Any) -> None:
    assert "2,097,152" in str(_refused(dmn.definitions(" " * 2_200_000)))
    deep = "<list>" * 300 + dmn.literal("1") + "</list>" * 300
    assert _refused(dmn.definitions(dmn.decision("D", deep))).advice


def test_a_wrong_expression_is_told_with_its_column_element_and_line(dmn: Any) -> None:
    text = dmn.table(["age"], ["fee"], ["< 18 => 1 +"])
    error = _refused(dmn.definitions("\n\n" + dmn.decision("D", text)))
    assert error.line == 3
    assert "cột 4" in str(error)
    assert "1 +" in error.advice


def test_a_wrong_cell_is_told(dmn: Any) -> None:
    error = _refused(dmn.definitions(dmn.decision("D", dmn.table(["age"], ["fee"], ["< => 1"]))))
    assert "Dòng 1, cột 2" in str(error)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ("<decision id='d'><variable name=''/></decision>", "tên"),
        ("<decision id='d' name='d'><relation><column name='a'/><row/></relation></decision>", "1"),
        ("<decision id='d' name='d'><conditional><if/></conditional></decision>", "if"),
        (
            (
                "<decision id='d' name='d'><variable name='d' typeRef='tNone'/>"
                "<literalExpression><text>1</text></literalExpression></decision>"
            ),
            "tNone",
        ),
        (
            (
                "<decision id='d' name='d'><informationRequirement>"
                "<requiredInput href='#none'/></informationRequirement></decision>"
            ),
            "#none",
        ),
        ("<decision id='d' name='d'/><decision id='d' name='e'/>", "d"),
        ("<decision id='d' name='d'><decisionTable hitPolicy='BEST'><output/></decisionTable></decision>", "BEST"),
        ("<decision id='d' name='d'><decisionTable/></decision>", "kết quả"),
        (
            (
                "<decision id='d' name='d'><literalExpression expressionLanguage='python'>"
                "<text>1</text></literalExpression></decision>"
            ),
            "python",
        ),
        ("<itemDefinition name='t'><typeRef>tNone</typeRef></itemDefinition>", "tNone"),
        (
            (
                "<itemDefinition name='t'><typeRef>string</typeRef>"
                "<allowedValues><text>1,</text></allowedValues></itemDefinition>"
            ),
            "1,",
        ),
        ("<import name='m' namespace='http://example.vn/none' importType='x'/>", "none"),
    ],
)
def test_a_wrong_model_is_refused_with_what_to_do(dmn: Any, wrong: str, word: str) -> None:
    error = _refused(dmn.definitions("\n" + wrong))
    assert word in str(error)
    assert error.line == 2 or "1," in word
    assert error.advice


def test_decisions_that_require_each_other_are_refused(dmn: Any) -> None:
    error = _refused(
        dmn.definitions(
            dmn.decision("A", dmn.literal("B"), needs=["decision:B"])
            + dmn.decision("B", dmn.literal("A"), needs=["decision:A"])
        )
    )
    assert "vòng" in str(error)


@pytest.mark.parametrize(
    "uri",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_every_version_from_1_1_to_1_5_is_read(dmn: Any, uri: str) -> None:
    model = load(dmn.definitions(dmn.decision("D", dmn.literal("1 + 1")), uri=uri))
    assert model.decide("D", {}).value == 2


def test_elements_of_other_namespaces_are_passed_over(dmn: Any) -> None:
    extra = '<extensionElements><x:note xmlns:x="http://x"><x:decision id="z"/></x:note></extensionElements>'
    assert [d.variable.name for d in load(dmn.definitions(extra + dmn.decision("D", dmn.literal("1")))).decisions] == [
        "D"
    ]


@pytest.mark.parametrize("where", ["<inputEntry", "<outputEntry", "<inputExpression", "<definitions"])
def test_cells_in_another_language_are_refused(dmn: Any, where: str) -> None:
    xml = dmn.definitions(dmn.decision("D", dmn.table(["age"], ["fee"], ["< 18 => 1"])))
    error = _refused(xml.replace(where.encode(), f'{where} expressionLanguage="python"'.encode(), 1))
    assert "python" in str(error)
