"""What the rest of the house may know of the pages that belong to no room."""

from fpa.core.modules import Module

MODULE = Module(pages={"set_elder_mode": "切换大字版"})
