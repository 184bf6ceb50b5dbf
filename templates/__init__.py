"""Data only: clause files, paper manifests, mails and pages (read through importlib.resources)."""
