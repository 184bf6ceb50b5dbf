"""Teikei (提携): contracts and governance of strategic alliances of 2 to 10 companies."""

__version__ = "0.1.0"
