"""HTTP in and out: it authenticates and translates, it never decides.

Behind it stand only the ports of `activities/ports.py`; whatever a rule says is
said by the domain, whatever is stored is stored by the Desk.
"""
