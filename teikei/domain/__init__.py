"""Pure rules, standard library only: no clock, no uuid, no I/O, no framework.

Time comes in as an argument, ids are derived, holidays are passed in as data.
"""
