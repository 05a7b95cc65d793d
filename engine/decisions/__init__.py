"""Decisions as DMN writes them: tables with every hit policy, requirements, knowledge models, services.

`load` reads a file once; `DecisionModel.decide` answers and names the rules that matched.
"""

from __future__ import annotations

from engine.decisions.decide import Decision, DecisionModel, Step, load
from engine.decisions.errors import DecisionModelError, UnknownDecisionError
from engine.decisions.logic import Match

__all__ = ["Decision", "DecisionModel", "DecisionModelError", "Match", "Step", "UnknownDecisionError", "load"]
