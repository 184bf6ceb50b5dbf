"""Temporal from our side: the client with its one plugin, and the embedded server.

`find` and `server` import no temporalio, because the supervising parent uses
them and must stay a plain interpreter.
"""
