"""The alliance: one file per chapter of its life; `state.py` holds what is open."""
