"""Everything that touches the outside world: SQL, files, mail, calendars, Temporal."""
