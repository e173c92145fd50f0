"""The baseline that the benchmarks compare with.

The published formulas of HGR and HANet in the published way: vectorized and padded, attended vectors
materialized, text encoded again for every block of videos, role graphs as dense matrices. Written from the
formulas; it shares no code with the package, so that it can serve as its oracle too.
"""
