"""SQL: one transaction decides and remembers; every read is scoped to who asks.

Tables in `tables`, the one writing transaction in `commit`, what the dispatcher
and the clock need in `queue` and `inbox`, what people read in `reads`.  No other room speaks SQL.
"""
