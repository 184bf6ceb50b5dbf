"""The whole product as its user starts it: processes, HTTP, files."""
