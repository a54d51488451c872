"""The one place that knows SQL: schema and migrations, the store, named queries, exports.

No network, no Prefect, no clock: the time is always handed in.
"""
