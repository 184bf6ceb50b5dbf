"""A decision: called → each company's internal approval (稟議) → votes → outcome by the rule."""
