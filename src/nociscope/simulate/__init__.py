"""Virtual cohorts with known truth, written as BIDS."""
