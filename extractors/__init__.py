"""Bytes and values in, values out: feeds read, pages cleaned, articles tagged and fingerprinted.

Everything here is a pure function over values: no network, no disk, no clock, no Prefect, no SQL.
Whatever needs one of those belongs in `flows` or `storage`.
"""
