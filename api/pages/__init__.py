"""Plain pages for people: the same ports and the same acts as the API, as HTML that needs no script."""
