"""What the business earns: the figures of reports, read from sums that are kept (docs/decisions/0101-reports.md).

It owns no table. Readers return frozen structs of integers; a quotient stays a ``Ratio`` until it is shown.
"""
