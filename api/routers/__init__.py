"""One file per resource. A body is an act of the domain itself; a router has no rule of its own."""
