"""Kitfile and folder to the ordered plan of layers and their files; reads no file's contents.

Source: format.md, "A layer's tar" and "Raw layers".
"""

from kitops_jupyter.layers.member import Member
from kitops_jupyter.layers.planning import Plan, PlannedLayer, plan

__all__ = ["Member", "Plan", "PlannedLayer", "plan"]
