"""The tree of a DMN file to a decision model: types, inputs, decisions, knowledge and services."""

from __future__ import annotations

from engine.decisions.errors import DecisionModelError
from engine.decisions.model import (
    DecisionNode,
    DecisionService,
    Definitions,
    Drg,
    FunctionDefinition,
    Import,
    InputData,
    ItemDefinition,
    KnowledgeModel,
    Variable,
)
from engine.decisions.parser import Element
from engine.decisions.reader_boxed import BOXED, boxed, function, place, refuse_other_languages, text_of, type_name

_DRG = ("inputData", "decision", "businessKnowledgeModel", "decisionService")


def read(root: Element) -> Definitions:
    """The model of a `definitions` element. Raises DecisionModelError."""
    refuse_other_languages(root)
    nodes = tuple(_node(child, root) for child in root.all(*_DRG))
    _refuse_twins(nodes)
    return Definitions(
        name=root.get("name"),
        namespace=root.get("namespace"),
        items=tuple(_item(child, root) for child in root.all("itemDefinition")),
        nodes=nodes,
        imports=tuple(_import(child) for child in root.all("import")),
    )


def _import(element: Element) -> Import:
    return Import(place(element), element.get("name"), element.get("namespace"))


def _refuse_twins(nodes: tuple[Drg, ...]) -> None:
    seen: set[str] = set()
    for node in nodes:
        if node.place.id and node.place.id in seen:
            raise DecisionModelError(
                f"Mã {node.place.id} xuất hiện hai lần. / The id {node.place.id} stands twice",
                element_id=node.place.id,
                line=node.place.line,
                advice="Đổi một trong hai mã. / Change one of the two ids.",
            )
        seen.add(node.place.id)


# --- types ---------------------------------------------------------------------------------------
def _item(element: Element, root: Element) -> ItemDefinition:
    signature = element.first("functionItem")
    return ItemDefinition(
        place=place(element),
        name=element.get("name"),
        base=_base(element, root),
        is_collection=element.get("isCollection") in ("true", "1"),
        allowed=text_of(element.first("allowedValues")),
        constraint=text_of(element.first("typeConstraint")),
        components=tuple(_item(child, root) for child in element.all("itemComponent")),
        parameters=_parameters(signature, root) if signature else None,
        result=type_name(signature.get("outputTypeRef"), root) if signature else "",
    )


def _base(element: Element, root: Element) -> str:
    child = element.first("typeRef")
    return type_name(child.text if child else element.get("typeRef"), root)


def _parameters(signature: Element, root: Element) -> tuple[Variable, ...]:
    return tuple(
        Variable(child.get("name"), type_name(child.get("typeRef"), root))
        for child in signature.all("parameters", "formalParameter")
    )


# --- the graph -----------------------------------------------------------------------------------
def _node(element: Element, root: Element) -> Drg:
    variable = _variable(element, root)
    if element.tag == "inputData":
        return InputData(place(element), variable)
    if element.tag == "decision":
        logic = element.first(*BOXED)
        return DecisionNode(place(element), variable, _requirements(element), boxed(logic, root) if logic else None)
    if element.tag == "businessKnowledgeModel":
        return KnowledgeModel(place(element), variable, _requirements(element), _encapsulated(element, root))
    return DecisionService(
        place(element),
        variable,
        outputs=_hrefs(element, "outputDecision"),
        encapsulated=_hrefs(element, "encapsulatedDecision"),
        input_decisions=_hrefs(element, "inputDecision"),
        input_data=_hrefs(element, "inputData"),
    )


def _variable(element: Element, root: Element) -> Variable:
    child = element.first("variable")
    name = element.get("name") or (child.get("name") if child else "")
    if not name:
        raise DecisionModelError(
            f"Phần tử {element.tag} không có tên. / A {element.tag} has no name",
            element_id=element.id,
            line=element.line,
            advice="Đặt tên cho nó. / Give it a name.",
        )
    return Variable(" ".join(name.split()), type_name(child.get("typeRef"), root) if child else "")


def _requirements(element: Element) -> tuple[str, ...]:
    hrefs: list[str] = []
    for requirement in element.all("informationRequirement", "knowledgeRequirement"):
        hrefs.extend(_hrefs(requirement, "requiredDecision", "requiredInput", "requiredKnowledge"))
    return tuple(hrefs)


def _hrefs(element: Element, *tags: str) -> tuple[str, ...]:
    return tuple(child.get("href") for child in element.all(*tags))


def _encapsulated(element: Element, root: Element) -> FunctionDefinition | None:
    logic = element.first("encapsulatedLogic")
    return function(logic, root) if logic else None
