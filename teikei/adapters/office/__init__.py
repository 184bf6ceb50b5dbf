"""LibreOffice as resident child processes: a paper becomes a PDF without a start of seconds for each.

Processes of other programs are adapters, as Temporal's server is; what is done to the
bytes of a PDF afterwards stands in `teikei.documents.pdf` and starts nothing.
"""
