"""What an operator may say: settings, feeds, taxonomy, chrome rules and site rules, as TOML tables.

Types and one loader. No network, no SQL, no Prefect.
"""
