"""Rehearse before signing: a draft lives some years on a throw-away clock, by the rules that the alliance itself runs on.

Nothing is stored, nothing is sent, no clock is read: the same draft gives the same memo, byte by byte.
`life` applies the rules, `people` says how companies behave in each situation, `findings` reads what came of it,
`memo` says it.  A memo states facts, rules and who decides; it never says whether something is lawful.
"""
