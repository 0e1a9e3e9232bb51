"""What the rest of the house may know of everyone's desk."""

from fpa.core.modules import Entry, Module

MODULE = Module(menu=(Entry("workspace", "今天要办", "home", "unit.view", 10),))
