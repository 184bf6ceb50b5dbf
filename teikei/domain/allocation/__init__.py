"""An allocation period: inputs → preview → decision of all → locked → statement → settled."""
