"""An agreement: drafting → rounds → approval of the exact bytes → signing → in force → ended."""
