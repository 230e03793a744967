"""Uploads to a real Phoenix through a proxy that breaks a share of the requests on purpose.

`python -m tests.faults.campaign` runs hundreds of them, and as many of the existing client.
"""
